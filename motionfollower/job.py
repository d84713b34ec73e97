"""Jobs from files to files: what the command line and the app do."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from motionfollower.backends import Backend, Preprocessors
from motionfollower.bundle import bundle_files, opened_case, write_bundle
from motionfollower.camera import propose_camera
from motionfollower.case import READ, check_case_place, read_case, write_case
from motionfollower.composite import at_source_size
from motionfollower.device import describe
from motionfollower.digest import fingerprint
from motionfollower.errors import SettingsError
from motionfollower.events import Stopwatch, counted
from motionfollower.measures import Measures, measure
from motionfollower.metadata import FileRecord, RedoRecord, RunMetadata, Surroundings, differences, installed_versions
from motionfollower.pipeline import edit, prepare
from motionfollower.redo import Redo, stitch
from motionfollower.results import PARTS, ResultFiles, check_writable, write_results
from motionfollower.settings import Camera, PrepareSettings, SamplerSettings, SoundChoice
from motionfollower.soundtrack import soundtrack
from motionfollower.types import EditInputs, EditResult, Event, Prepared, StageStarted
from preprocess.atomic import check_place
from preprocess.types import Frame

CASE_FOLDERS = 8


@dataclass(frozen=True)
class EditRequest:
    """One edit: two clips, or with `target` None a `source` folder in the released example layout, or its bundle.

    `camera` overrules the sampler's setting; "auto" looks at how the source's background moves. `lock` keeps the
    source's real pixels away from the person; without it the model's picture stays wherever the model looked.
    `sound` says whose sound the edit has. `redo` keeps an earlier result but for some frames. `repeats` is the run
    that this one does again, where it does.
    """

    source: Path
    target: Path | None
    prepare: PrepareSettings
    sampler: SamplerSettings
    camera: Camera = "auto"
    lock: bool = True
    sound: SoundChoice = "source"
    redo: Redo | None = None
    repeats: RunMetadata | None = None

    def __post_init__(self) -> None:
        if self.sound == "target" and self.target is None:
            raise SettingsError.out_of_range("sound", "target", "source or none with a prepared case, which has none")

    @classmethod
    def again(cls, run: RunMetadata) -> EditRequest:
        """The request of an earlier run; InputError where a clip is gone or has changed."""
        target = run.target.unchanged() if run.target else None
        camera: Camera = "on" if run.sampler.camera else "off"
        redo = Redo(run.redo.first, run.redo.last, run.redo.earlier.unchanged()) if run.redo else None
        return cls(
            run.source.unchanged(), target, run.prepare, run.sampler, camera, run.lock, run.sound, redo, repeats=run
        )


def run_prepare(
    source: Path, target: Path, settings: PrepareSettings, preprocessors: Preprocessors, folder: Path
) -> Generator[Event, None, Prepared]:
    """Prepare two clips and write them to `folder` in the released example layout, whole or not at all."""
    check_case_place(folder)
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
    watch = Stopwatch()
    with _opened(request) as source:
        inputs = inputs or (yield from watch.time(_inputs(request, source, backend)))
        only = _frames_to_sample(request, inputs, folder)
        proposal = propose_camera(inputs) if request.camera == "auto" else None
        camera = proposal.is_on if proposal else request.camera == "on"
        result = yield from watch.time(edit(inputs, replace(request.sampler, camera=camera), backend, only))
        result = _with_sound(result, request)
        measures = yield from watch.time(_measure(request, backend, inputs, result))
        run = _record(request, backend, inputs, result, measures, watch.seconds)
        run = replace(run, camera_travel=proposal.travel if proposal else None)
        yield from counted("write", PARTS, _write(request, inputs, result, run, folder))
    return run


def run_bundle(
    request: EditRequest, backend: Backend, folder: Path, bundle: Path
) -> Generator[Event, None, RunMetadata]:
    """Do an edit as `run_edit` does, and write the bundle of its case and its result."""
    check_place(bundle.absolute().parent)
    with TemporaryDirectory() as scratch, _opened(request) as source:
        if request.target is None:
            case, run = source, (yield from run_edit(request, backend, folder))
        else:
            case = Path(scratch) / "case"
            clips = request.source, request.target
            prepared = yield from run_prepare(*clips, request.prepare, backend.preprocessors, case)
            run = yield from run_edit(request, backend, folder, prepared.inputs)
        files = bundle_files(case, ResultFiles(folder))
        yield from counted("bundle", len(files), write_bundle(bundle, files))
    return run


def _opened(request: EditRequest) -> AbstractContextManager[Path]:
    """The source, unpacked where it is a bundle."""
    return opened_case(request.source) if request.target is None else nullcontext(request.source)


def _inputs(request: EditRequest, source: Path, backend: Backend) -> Generator[Event, None, EditInputs]:
    if request.target is not None:
        prepared = yield from prepare(source, request.target, request.prepare, backend.preprocessors)
        return prepared.inputs
    yield StageStarted("read")
    return read_case(source, request.prepare.frames)


def _measure(
    request: EditRequest, backend: Backend, inputs: EditInputs, result: EditResult
) -> Generator[Event, None, Measures]:
    """Look at the finished frames, as they will be written."""
    frames, is_chosen = _finished(request, inputs, result), request.prepare.source_person is not None
    work = measure(inputs, frames, backend.preprocessors.poses, is_chosen=is_chosen)
    return (yield from counted("measure", 2 * len(inputs.source), work))


def _write(
    request: EditRequest, inputs: EditInputs, result: EditResult, run: RunMetadata, folder: Path
) -> Generator[int, None, ResultFiles]:
    frames = _finished(request, inputs, result)
    return (yield from write_results(folder, inputs, frames, result.edited.sound, run))


def _finished(request: EditRequest, inputs: EditInputs, result: EditResult) -> Iterator[Frame]:
    """The result's frames at the size of the source's file."""
    frames = at_source_size(inputs, result, lock=request.lock)
    return stitch(request.redo, frames, len(result.edited)) if request.redo else frames


def _frames_to_sample(request: EditRequest, inputs: EditInputs, folder: Path) -> range | None:
    """Those that are made anew; None where all are. InputError where the earlier result doesn't fit."""
    if request.redo is None:
        return None
    size = inputs.origin.size if inputs.origin else inputs.source.size
    request.redo.check(len(inputs.source), size, folder)
    return request.redo.sampled(len(inputs.source))


def _with_sound(result: EditResult, request: EditRequest) -> EditResult:
    """The result with the sound that was asked for; a warning where the target has none to give."""
    sound = soundtrack(request.sound, result.edited, request.target)
    missing = ("The target has no sound, so the edit is silent.",) if request.sound == "target" and not sound else ()
    return replace(result, edited=replace(result.edited, sound=sound), warnings=(*result.warnings, *missing))


def _record(
    request: EditRequest,
    backend: Backend,
    inputs: EditInputs,
    result: EditResult,
    measures: Measures,
    seconds: dict[str, float],
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
        lock=request.lock,
        sound=request.sound,
        redo=_redo_record(request.redo) if request.redo else None,
        measures=measures,
    )


def _redo_record(redo: Redo) -> RedoRecord:
    return RedoRecord(redo.first, redo.last, FileRecord.of(redo.earlier, ("frames", "run.json")))
