"""Jobs from files to files: what the command line and the app do."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

from motionfollower.backends import Backend, Preprocessors
from motionfollower.case import READ, check_case_place, read_case, write_case
from motionfollower.device import describe
from motionfollower.digest import fingerprint
from motionfollower.events import Stopwatch, counted
from motionfollower.metadata import FileRecord, RunMetadata, Surroundings, differences, installed_versions
from motionfollower.pipeline import edit, prepare, wants_camera_mode
from motionfollower.results import PARTS, ResultFiles, check_writable, write_results
from motionfollower.types import (
    Camera,
    EditInputs,
    EditResult,
    Event,
    Prepared,
    PrepareSettings,
    SamplerSettings,
    StageStarted,
)
from preprocess.atomic import check_spared

CASE_FOLDERS = 8


@dataclass(frozen=True)
class EditRequest:
    """One edit: two clips, or with `target` None a `source` folder in the released example layout.

    `camera` overrules the sampler's setting; "auto" looks at how the source's background moves. `repeats` is
    the run that this one does again, where it does.
    """

    source: Path
    target: Path | None
    prepare: PrepareSettings
    sampler: SamplerSettings
    camera: Camera = "auto"
    repeats: RunMetadata | None = None

    @classmethod
    def again(cls, run: RunMetadata) -> EditRequest:
        """The request of an earlier run; InputError where a clip is gone or has changed."""
        target = run.target.unchanged() if run.target else None
        camera: Camera = "on" if run.sampler.camera else "off"
        return cls(run.source.unchanged(), target, run.prepare, run.sampler, camera, run)


def run_prepare(
    source: Path, target: Path, settings: PrepareSettings, preprocessors: Preprocessors, folder: Path
) -> Generator[Event, None, Prepared]:
    """Prepare two clips and write them to `folder` in the released example layout, whole or not at all."""
    check_case_place(folder)
    check_spared((source, target), [folder])
    prepared = yield from prepare(source, target, settings, preprocessors)
    yield from counted("write", CASE_FOLDERS, write_case(folder, prepared))
    return prepared


def run_edit(
    request: EditRequest, backend: Backend, folder: Path, inputs: EditInputs | None = None
) -> Generator[Event, None, RunMetadata]:
    """Do an edit and write its files to `folder`, whole or not at all; the record of it, as in run.json.

    `inputs` are what preparing the request's clips gave, where that is done already.
    """
    check_writable(folder)
    check_spared(filter(None, (request.source, request.target)), ResultFiles(folder).replaced)
    watch = Stopwatch()
    inputs = inputs or (yield from watch.time(_inputs(request, backend)))
    camera = wants_camera_mode(inputs) if request.camera == "auto" else request.camera == "on"
    result = yield from watch.time(edit(inputs, replace(request.sampler, camera=camera), backend))
    run = _record(request, backend, inputs, result, watch.seconds)
    yield from counted("write", PARTS, write_results(folder, inputs, result, run))
    return run


def _inputs(request: EditRequest, backend: Backend) -> Generator[Event, None, EditInputs]:
    if request.target is not None:
        prepared = yield from prepare(request.source, request.target, request.prepare, backend.preprocessors)
        return prepared.inputs
    yield StageStarted("read")
    return read_case(request.source, request.prepare.frames)


def _record(
    request: EditRequest, backend: Backend, inputs: EditInputs, result: EditResult, seconds: dict[str, float]
) -> RunMetadata:
    surroundings = Surroundings(
        device=str(describe(backend.device)),
        dtype=str(backend.dtype).removeprefix("torch."),
        weights={path.name: fingerprint(path) for path in backend.weights},
        versions=installed_versions(),
    )
    changes = differences(request.repeats.surroundings, surroundings) if request.repeats else ()
    return RunMetadata(
        source=FileRecord.of(request.source, () if request.target else READ),
        target=FileRecord.of(request.target) if request.target else None,
        backend=backend.name,
        prepare=request.prepare,
        sampler=result.settings,
        size=inputs.origin.size if inputs.origin else result.edited.size,
        fps=result.edited.fps,
        frames=len(result.edited),
        surroundings=surroundings,
        seconds=seconds,
        losses=result.losses,
        warnings=(*changes, *result.warnings),
    )
