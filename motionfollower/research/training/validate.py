"""Validation: held-out clips edited by the real sampler with fixed seeds, as metrics and as a contact sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from motionfollower.core.config import SamplerSettings
from motionfollower.models.model import Networks
from motionfollower.pipeline.encoding import LatentEncoder
from motionfollower.pipeline.metrics import psnr
from motionfollower.pipeline.model_inputs import ModelInputs
from motionfollower.research.training.data.clip import TrainingClip, read_clip_file
from motionfollower.sampling.sampler import sample
from preprocess.types import Floats, Frames
from preprocess.video.atomic import atomic_path, output_errors
from preprocess.video.crop import Crop

SHEET_ROWS = 8


@dataclass(frozen=True)
class ValidationMetrics:
    """PSNR in dB against the ground truth: of the person, of the region they vacated, and of the rest.

    `puppet_person` is the PSNR of the puppet in the person's region, for comparison. `flicker` is the mean difference
    between consecutive frames, relative to the ground truth's. NaN where no clip has the region.
    """

    person: float
    vacated: float
    rest: float
    puppet_person: float
    flicker: float

    def to_row(self) -> dict[str, float]:
        """The columns of log.csv."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class _ValidationEdit:
    clip: TrainingClip
    frames: Frames


def validate(
    networks: Networks, paths: Sequence[Path], settings: SamplerSettings, size: int, sheet: Path
) -> ValidationMetrics:
    """Edit the central square of each held-out clip, write the contact sheet, and measure all clips together."""
    edits = [_edit(networks, _centre_crop(read_clip_file(path), size), settings) for path in paths]
    _write_sheet(sheet, edits[:: max(1, len(edits) // SHEET_ROWS)][:SHEET_ROWS])
    target, source = (np.concatenate([getattr(e.clip, name) for e in edits]) for name in ("target_mask", "source_mask"))
    truth, edited, puppet = (
        np.concatenate(part) for part in zip(*((e.clip.truth, e.frames, e.clip.puppet) for e in edits), strict=True)
    )
    return ValidationMetrics(
        person=psnr(edited, truth, target),
        vacated=psnr(edited, truth, source & ~target),
        rest=psnr(edited, truth, ~source & ~target),
        puppet_person=psnr(puppet, truth, target),
        flicker=_flicker([e.frames for e in edits]) / max(_flicker([e.clip.truth for e in edits]), 1e-9),
    )


def _flicker(clips: Sequence[Frames]) -> float:
    return float(np.mean([np.abs(np.diff(clip.astype(np.float32), axis=0)).mean() for clip in clips if len(clip) > 1]))


def _centre_crop(clip: TrainingClip, size: int) -> TrainingClip:
    margin = (clip.source.shape[1] - size) // 2
    return clip.cropped(margin, margin, size)


def _edit(networks: Networks, clip: TrainingClip, settings: SamplerSettings) -> _ValidationEdit:
    device = next(networks.unet.parameters()).device
    encoder = LatentEncoder(networks, _model_inputs(clip, networks.config.needs_puppet), device)
    with torch.no_grad():
        *_, last = sample(networks, encoder.conditioning(), settings, encoder.latent_size)
    return _ValidationEdit(clip, _to_frames(encoder.decode(last.latents)))


def _to_frames(levels: Floats) -> Frames:
    return levels.round().clip(0, 255).astype(np.uint8)


def _model_inputs(clip: TrainingClip, needs_puppet: bool) -> ModelInputs:
    size = (clip.source.shape[2], clip.source.shape[1])
    source, source_pose, target_pose = (
        np.ascontiguousarray(part) for part in (clip.source, clip.source_pose, clip.target_pose)
    )
    return ModelInputs(
        Crop.letterbox(size, size),
        source,
        source_pose,
        target_pose,
        np.ascontiguousarray(clip.source_mask),
        np.ascontiguousarray(clip.target_mask),
        np.ascontiguousarray(clip.puppet) if needs_puppet else None,
    )


def _write_sheet(path: Path, edits: Sequence[_ValidationEdit]) -> None:
    """Write source, pose, puppet, edit and ground truth of the first and the last frame, one row per edit."""
    rows = []
    for edit in edits:
        columns = [edit.clip.source, edit.clip.target_pose, edit.clip.puppet, edit.frames, edit.clip.truth]
        rows.append(np.concatenate([column[index] for index in (0, -1) for column in columns], axis=1))
    with atomic_path(path) as draft, output_errors(path):
        Image.fromarray(np.concatenate(rows)).save(draft, format="JPEG", quality=92)
