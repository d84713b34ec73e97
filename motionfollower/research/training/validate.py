"""Held-out clips edited by the real sampler with fixed seeds: how good the edits are, and pictures of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from motionfollower.core.config import SamplerSettings
from motionfollower.models.model import Networks
from motionfollower.pipeline.crop import ModelInputs
from motionfollower.pipeline.encoding import LatentEncoder
from motionfollower.pipeline.metrics import psnr
from motionfollower.research.training.data.clip import TrainingClip, read_clip_file
from motionfollower.sampling.sampler import sample
from preprocess.progress import run_to_end
from preprocess.types import Floats, Frames
from preprocess.video.atomic import atomic_path, output_errors
from preprocess.video.crop import Crop

SHEET_ROWS = 8


@dataclass(frozen=True)
class Scores:
    """PSNR in dB against the truth: of the person, of where they were and are no more, and of all the rest.

    `puppet_person` is the puppet's of the person, for comparison. `flicker` is the mean difference from frame to
    frame, as a share of the truth's. NaN where a set shows none of that.
    """

    person: float
    vacated: float
    rest: float
    puppet_person: float
    flicker: float

    def to_row(self) -> dict[str, float]:
        """As a row of the log."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class _Edit:
    clip: TrainingClip
    frames: Frames


def validate(networks: Networks, paths: Sequence[Path], settings: SamplerSettings, size: int, sheet: Path) -> Scores:
    """Edit the middle of each held-out clip, write a sheet of pictures, and score all clips together."""
    edits = [_edit(networks, _middle(read_clip_file(path), size), settings) for path in paths]
    _write_sheet(sheet, edits[:: max(1, len(edits) // SHEET_ROWS)][:SHEET_ROWS])
    target, source = (np.concatenate([getattr(e.clip, name) for e in edits]) for name in ("target_mask", "source_mask"))
    truth, made, puppet = (
        np.concatenate(part) for part in zip(*((e.clip.truth, e.frames, e.clip.puppet) for e in edits), strict=True)
    )
    return Scores(
        person=psnr(made, truth, target),
        vacated=psnr(made, truth, source & ~target),
        rest=psnr(made, truth, ~source & ~target),
        puppet_person=psnr(puppet, truth, target),
        flicker=_flicker([e.frames for e in edits]) / max(_flicker([e.clip.truth for e in edits]), 1e-9),
    )


def _flicker(clips: Sequence[Frames]) -> float:
    return float(np.mean([np.abs(np.diff(clip.astype(np.float32), axis=0)).mean() for clip in clips if len(clip) > 1]))


def _middle(clip: TrainingClip, size: int) -> TrainingClip:
    margin = (clip.source.shape[1] - size) // 2
    return clip.cropped(margin, margin, size)


def _edit(networks: Networks, clip: TrainingClip, settings: SamplerSettings) -> _Edit:
    device = next(networks.unet.parameters()).device
    coder = LatentEncoder(networks, _view(clip, networks.config.needs_puppet), device)
    with torch.no_grad():
        latents = run_to_end(sample(networks, coder.conditioning(), settings, coder.latent_size))
    return _Edit(clip, _to_frames(coder.decode(latents)))


def _to_frames(levels: Floats) -> Frames:
    return levels.round().clip(0, 255).astype(np.uint8)


def _view(clip: TrainingClip, needs_puppet: bool) -> ModelInputs:
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


def _write_sheet(path: Path, edits: Sequence[_Edit]) -> None:
    """Source, pose, puppet, edit and truth of the first and the last frame of some edits, side by side."""
    rows = []
    for edit in edits:
        columns = [edit.clip.source, edit.clip.target_pose, edit.clip.puppet, edit.frames, edit.clip.truth]
        rows.append(np.concatenate([column[index] for index in (0, -1) for column in columns], axis=1))
    with atomic_path(path) as draft, output_errors(path):
        Image.fromarray(np.concatenate(rows)).save(draft, format="JPEG", quality=92)
