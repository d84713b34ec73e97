"""Jobs from files to files: what the command line and the app do."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from motionfollower.backends import Backend, BackendName, Preprocessors
from motionfollower.bundle import bundle_files, opened_case, write_bundle
from motionfollower.camera import propose_camera
from motionfollower.case import check_case_place, read_case, write_case
from motionfollower.cluster import Cluster
from motionfollower.composite import at_source_size
from motionfollower.events import Stopwatch, counted
from motionfollower.long.crew import OneProcess
from motionfollower.long.pair import is_long
from motionfollower.long.run import run_long
from motionfollower.long.spread import ClusterCrew
from motionfollower.measures import Measures, measure
from motionfollower.metadata import RunMetadata
from motionfollower.pipeline import edit, prepare
from motionfollower.record import Made, record, surroundings_of
from motionfollower.redo import stitch
from motionfollower.request import EditRequest
from motionfollower.results import PARTS, ResultFiles, check_writable, write_results
from motionfollower.settings import PrepareSettings
from motionfollower.soundtrack import soundtrack
from motionfollower.types import EditInputs, EditResult, Event, Prepared, StageStarted
from preprocess.atomic import check_place, check_spared
from preprocess.types import Frame

__all__ = ["EditRequest", "run_bundle", "run_edit", "run_prepare", "run_spread"]

CASE_FOLDERS = 8


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

    `inputs` are what preparing the request's clips gave, where that is done already. Without them long clips are
    edited in parts.
    """
    _check_places(request, folder)
    if inputs is None and is_long(request):
        return (yield from run_long(request, OneProcess(backend), folder))
    watch = Stopwatch()
    with _opened(request) as source:
        inputs = inputs or (yield from watch.time(_inputs(request, source, backend)))
        only = _frames_to_sample(request, inputs, folder)
        proposal = propose_camera(inputs) if request.camera == "auto" else None
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
        run = record(request, backend.name, surroundings_of(backend), made)
        yield from counted("write", PARTS, _write(request, inputs, result, run, folder))
    return run


def run_spread(
    request: EditRequest, backend: BackendName, cluster: Cluster, folder: Path
) -> Generator[Event, None, RunMetadata]:
    """Do an edit that is long as `run_edit` does, its parts spread over a cluster that sees the same files."""
    _check_places(request, folder)
    yield StageStarted("cluster", note=f"on the Ray cluster at {cluster.address}")
    return (yield from run_long(request.absolute(), ClusterCrew(cluster, backend), folder.absolute()))


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


def _check_places(request: EditRequest, folder: Path) -> None:
    check_writable(folder)
    check_spared(filter(None, (request.source, request.target)), ResultFiles(folder).replaced)


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
    own, seconds = result.edited.sound, len(result.edited) / result.edited.fps
    sound, missing = soundtrack(request.sound, own, seconds, request.target)
    return replace(result, edited=replace(result.edited, sound=sound), warnings=(*result.warnings, *missing))
