"""Jobs from files to files: what the command line and the app do."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from motionfollower.core.config import BackendName, EditConfig, PrepareSettings
from motionfollower.core.events import Event, StageStarted, Stopwatch, progress_events
from motionfollower.core.ray_cluster import RayCluster
from motionfollower.core.types import EditInputs, EditMetrics, EditResult, Prepared
from motionfollower.io.audio import choose_audio
from motionfollower.io.bundle import bundle_files, opened_case, write_bundle
from motionfollower.io.case import check_case_place, read_case, write_case
from motionfollower.io.compositing import at_source_size
from motionfollower.io.redo import check_redo, frames_to_sample, stitch
from motionfollower.io.result import RESULT_PARTS, ResultFiles, check_result_dir, write_results
from motionfollower.io.run_record import Made, RunMetadata, make_run_record
from motionfollower.pipeline.backends import Backend, Preprocessors, environment_of
from motionfollower.pipeline.checks import propose_camera_mode
from motionfollower.pipeline.chunks.executors import LocalExecutor, RayExecutor
from motionfollower.pipeline.chunks.pair import is_chunked
from motionfollower.pipeline.chunks.run import run_long
from motionfollower.pipeline.edit import edit
from motionfollower.pipeline.metrics import measure_edit
from motionfollower.pipeline.prepare import prepare
from preprocess.types import Frame
from preprocess.video.atomic import check_not_overwritten, check_parent

CASE_FOLDERS = 8


def run_prepare(
    source: Path, target: Path, settings: PrepareSettings, preprocessors: Preprocessors, folder: Path
) -> Generator[Event, None, Prepared]:
    """Prepare two clips and write them to `folder` in the released example layout, whole or not at all."""
    check_case_place(folder)
    check_not_overwritten((source, target), [folder])
    prepared = yield from prepare(source, target, settings, preprocessors)
    yield from progress_events("write", CASE_FOLDERS, write_case(folder, prepared))
    return prepared


def run_edit(
    request: EditConfig, backend: Backend, folder: Path, inputs: EditInputs | None = None
) -> Generator[Event, None, RunMetadata]:
    """Do an edit and write its files to `folder`, whole or not at all; the record of it, as in run.json.

    `inputs` are what preparing the request's clips gave, where that is done already. Without them long clips are
    edited in parts.
    """
    _check_places(request, folder)
    if inputs is None and is_chunked(request):
        return (yield from run_long(request, LocalExecutor(backend), folder))
    watch = Stopwatch()
    with _opened(request) as source:
        inputs = inputs or (yield from watch.time(_inputs(request, source, backend)))
        only = _frames_to_sample(request, inputs, folder)
        proposal = propose_camera_mode(inputs) if request.camera == "auto" else None
        camera = proposal.is_on if proposal else request.camera == "on"
        result = yield from watch.time(edit(inputs, replace(request.sampler, camera=camera), backend, only))
        result = _with_sound(result, request)
        measures = yield from watch.time(_measure(request, backend, inputs, result))
        made = Made(
            size=inputs.origin.size if inputs.origin else result.edited.size,
            fps=result.edited.fps,
            frames=len(result.edited),
            settings=result.settings,
            losses=result.losses,
            warnings=result.warnings,
            measures=measures,
            seconds=watch.seconds,
            camera_travel=proposal.travel if proposal else request.known_travel,
        )
        run = make_run_record(request, backend.name, environment_of(backend), made)
        yield from progress_events("write", RESULT_PARTS, _write(request, inputs, result, run, folder))
    return run


def run_edit_on_cluster(
    request: EditConfig, backend: BackendName, cluster: RayCluster, folder: Path
) -> Generator[Event, None, RunMetadata]:
    """Do an edit that is long as `run_edit` does, its parts spread over a cluster that sees the same files."""
    _check_places(request, folder)
    yield StageStarted("cluster", note=f"on the Ray cluster at {cluster.address}")
    return (yield from run_long(request.absolute(), RayExecutor(cluster, backend), folder.absolute()))


def run_bundle(
    request: EditConfig, backend: Backend, folder: Path, bundle: Path
) -> Generator[Event, None, RunMetadata]:
    """Do an edit as `run_edit` does, and write the bundle of its case and its result."""
    check_parent(bundle.absolute().parent)
    with TemporaryDirectory() as scratch, _opened(request) as source:
        if request.target is None:
            case, run = source, (yield from run_edit(request, backend, folder))
        else:
            case = Path(scratch) / "case"
            clips = request.source, request.target
            prepared = yield from run_prepare(*clips, request.prepare, backend.preprocessors, case)
            run = yield from run_edit(request, backend, folder, prepared.inputs)
        files = bundle_files(case, ResultFiles(folder))
        yield from progress_events("bundle", len(files), write_bundle(bundle, files))
    return run


def _check_places(request: EditConfig, folder: Path) -> None:
    check_result_dir(folder)
    check_not_overwritten(filter(None, (request.source, request.target)), ResultFiles(folder).replaced)


def _opened(request: EditConfig) -> AbstractContextManager[Path]:
    """The source, unpacked where it is a bundle."""
    return opened_case(request.source) if request.target is None else nullcontext(request.source)


def _inputs(request: EditConfig, source: Path, backend: Backend) -> Generator[Event, None, EditInputs]:
    if request.target is not None:
        prepared = yield from prepare(source, request.target, request.prepare, backend.preprocessors)
        return prepared.inputs
    yield StageStarted("read")
    return read_case(source, request.prepare.frames)


def _measure(
    request: EditConfig, backend: Backend, inputs: EditInputs, result: EditResult
) -> Generator[Event, None, EditMetrics]:
    """Look at the finished frames, as they will be written."""
    frames, is_chosen = _finished(request, inputs, result), request.prepare.source_person is not None
    work = measure_edit(inputs, frames, backend.preprocessors.poses, is_chosen=is_chosen)
    return (yield from progress_events("measure", 2 * len(inputs.source), work))


def _write(
    request: EditConfig, inputs: EditInputs, result: EditResult, run: RunMetadata, folder: Path
) -> Generator[int, None, ResultFiles]:
    frames = _finished(request, inputs, result)
    return (yield from write_results(folder, inputs, frames, result.edited.sound, run))


def _finished(request: EditConfig, inputs: EditInputs, result: EditResult) -> Iterator[Frame]:
    """The result's frames at the size of the source's file."""
    frames = at_source_size(inputs, result, lock=request.lock)
    return stitch(request.redo, frames, len(result.edited)) if request.redo else frames


def _frames_to_sample(request: EditConfig, inputs: EditInputs, folder: Path) -> range | None:
    """Those that are made anew; None where all are. InputError where the earlier result doesn't fit."""
    if request.redo is None:
        return None
    size = inputs.origin.size if inputs.origin else inputs.source.size
    check_redo(request.redo, len(inputs.source), size, folder)
    return frames_to_sample(request.redo, len(inputs.source))


def _with_sound(result: EditResult, request: EditConfig) -> EditResult:
    """The result with the sound that was asked for; a warning where the target has none to give."""
    own, seconds = result.edited.sound, len(result.edited) / result.edited.fps
    sound, missing = choose_audio(request.sound, own, seconds, request.target)
    return replace(result, edited=replace(result.edited, sound=sound), warnings=(*result.warnings, *missing))
