"""The record of a run, as run.json has it."""

from __future__ import annotations

from dataclasses import dataclass

from motionfollower.backends import Backend, BackendName
from motionfollower.case import READ
from motionfollower.device import describe
from motionfollower.digest import fingerprint
from motionfollower.measures import Measures
from motionfollower.metadata import FileRecord, RedoRecord, RunMetadata, Surroundings, differences, installed_versions
from motionfollower.redo import Redo
from motionfollower.request import EditRequest
from motionfollower.settings import SamplerSettings
from motionfollower.types import StepLosses
from preprocess.types import Size


@dataclass(frozen=True)
class Made:
    """What there is to know of an edit when it is made; `camera_travel` is None where it wasn't measured."""

    size: Size
    fps: float
    frames: int
    settings: SamplerSettings
    losses: tuple[StepLosses, ...]
    warnings: tuple[str, ...]
    measures: Measures
    seconds: dict[str, float]
    camera_travel: float | None


def record(request: EditRequest, backend: BackendName, surroundings: Surroundings, made: Made) -> RunMetadata:
    """The record of the edit that was made on request."""
    changes = differences(request.repeats.surroundings, surroundings) if request.repeats else ()
    return RunMetadata(
        source=FileRecord.of(request.source, () if request.target else READ),
        target=FileRecord.of(request.target) if request.target else None,
        backend=backend,
        prepare=request.prepare,
        sampler=made.settings,
        size=made.size,
        fps=made.fps,
        frames=made.frames,
        surroundings=surroundings,
        seconds=made.seconds,
        losses=made.losses,
        warnings=(*changes, *made.warnings),
        lock=request.lock,
        sound=request.sound,
        redo=_redo_record(request.redo) if request.redo else None,
        measures=made.measures,
        camera_travel=made.camera_travel,
    )


def surroundings_of(backend: Backend) -> Surroundings:
    """What the numbers of a run on this backend depend on."""
    return Surroundings(
        device=str(describe(backend.device)),
        dtype=str(backend.dtype).removeprefix("torch."),
        weights={path.name: fingerprint(path) for path in backend.weights},
        versions=installed_versions(),
    )


def _redo_record(redo: Redo) -> RedoRecord:
    return RedoRecord(redo.first, redo.last, FileRecord.of(redo.earlier, ("frames", "run.json")))
