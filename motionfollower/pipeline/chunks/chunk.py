"""Edit one chunk, and keep what was edited: in memory, or on disk so that a stopped edit can resume."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from pydantic import TypeAdapter

from motionfollower.core.config import SamplerSettings
from motionfollower.core.events import Report
from motionfollower.core.types import EditedClip, EditInputs, Origin, StepLosses
from motionfollower.io.compositing import EditLayer
from motionfollower.pipeline.backends import Backend
from motionfollower.pipeline.chunks.chunked_clip import ChunkedClip
from motionfollower.pipeline.edit import edit
from motionfollower.pipeline.metrics import flicker
from preprocess.types import Bools
from preprocess.video.atomic import atomic_path, output_errors
from preprocess.video.read import read_clip
from preprocess.video.write import write_frames
from preprocess.warnings import ClipWarning, WarningCode


@dataclass(frozen=True)
class ChunkResult:
    """The record of an edited chunk, without its frames; `settings` are those it was sampled with."""

    settings: SamplerSettings
    losses: tuple[StepLosses, ...]
    warnings: tuple[ClipWarning, ...]
    source_flicker: float


def edit_chunk(
    clip: ChunkedClip, number: int, sampler: SamplerSettings, backend: Backend, report: Report, *, lock: bool
) -> tuple[ChunkResult, EditLayer]:
    """Edit a chunk of a clip; its layer is composited over the source later."""
    inputs = clip.inputs.chunk(clip.chunks[number], backend.preprocessors.target_masks)
    edited = _edit(clip, inputs, sampler, backend, report)
    warnings = tuple(warning.shifted(clip.chunks[number].start) for warning in edited.warnings)
    result = ChunkResult(edited.settings, edited.losses, warnings, flicker(inputs.source.frames))
    return result, EditLayer.of(inputs, edited, lock=lock)


def _edit(
    clip: ChunkedClip, inputs: EditInputs, sampler: SamplerSettings, backend: Backend, report: Report
) -> EditedClip:
    """The edit of a chunk; one of several without a person remains the source."""
    if len(clip.chunks) == 1 or inputs.source_masks.masks.any() or inputs.target_masks.masks.any():
        return edit(inputs, sampler, backend, report, only=clip.only)
    nothing = ClipWarning(WarningCode.NO_PERSON, tuple(range(len(inputs.source))))
    return EditedClip(inputs.source, sampler, (), (nothing,))


class ChunkStore(Protocol):
    """Keeps edited chunks by their number."""

    def result(self, number: int) -> ChunkResult | None:
        """The record of a chunk; None where it has not been edited."""

    def layer(self, number: int) -> EditLayer:
        """The edit of a chunk."""

    def write(self, number: int, result: ChunkResult, layer: EditLayer) -> None:
        """Keep an edited chunk."""


class MemoryStore:
    """Keeps chunks in memory."""

    def __init__(self) -> None:
        self._chunks: dict[int, tuple[ChunkResult, EditLayer]] = {}

    def result(self, number: int) -> ChunkResult | None:
        """The record of a chunk; None where it has not been edited."""
        return self._chunks[number][0] if number in self._chunks else None

    def layer(self, number: int) -> EditLayer:
        """The edit of a chunk."""
        return self._chunks[number][1]

    def write(self, number: int, result: ChunkResult, layer: EditLayer) -> None:
        """Keep an edited chunk."""
        self._chunks[number] = result, layer


@dataclass(frozen=True)
class DiskStore:
    """Keeps chunks in a folder; `origin` is that of the clip's first frame."""

    folder: Path
    origin: Origin | None

    def result(self, number: int) -> ChunkResult | None:
        """The record of a chunk; None where it has not been edited."""
        file = self._chunk(number) / "chunk.json"
        return TypeAdapter(ChunkResult).validate_json(file.read_bytes()) if file.is_file() else None

    def layer(self, number: int) -> EditLayer:
        """The edit of a chunk."""
        chunk = self._chunk(number)
        frames = read_clip(chunk / "frames").frames
        with np.load(chunk / "region.npz") as file:
            return EditLayer(frames, _unpack(file, "masks", frames), _unpack(file, "reach", frames), self.origin)

    def write(self, number: int, result: ChunkResult, layer: EditLayer) -> None:
        """Write a chunk atomically; OutputError where it cannot be written."""
        chunk = self._chunk(number)
        with atomic_path(chunk) as draft, output_errors(chunk):
            draft.mkdir()
            write_frames(draft / "frames", layer.frames)
            regions = {"masks": layer.masks, "reach": layer.reach}
            packed = {name: np.packbits(region, axis=-1) for name, region in regions.items() if region is not None}
            np.savez_compressed(draft / "region.npz", **packed)  # type: ignore[arg-type]  # of arrays alone
            (draft / "chunk.json").write_bytes(TypeAdapter(ChunkResult).dump_json(result))

    def _chunk(self, number: int) -> Path:
        return self.folder / f"chunk_{number}"


def _unpack(file: np.lib.npyio.NpzFile, name: str, frames: np.ndarray) -> Bools | None:
    if name not in file:
        return None
    return np.unpackbits(file[name], axis=-1, count=frames.shape[2]).astype(bool)
