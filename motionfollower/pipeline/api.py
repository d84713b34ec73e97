"""The public API: edits as plain calls that show their progress, or as generators of events."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from operator import index
from pathlib import Path

from motionfollower.core.config import BackendChoice, EditConfig, PrepareSettings
from motionfollower.core.errors import InputError, SettingsError
from motionfollower.core.events import Event, Report, events_of, ignore_events
from motionfollower.core.presets import PresetName, apply_preset
from motionfollower.core.progress import progress_display
from motionfollower.core.types import EditMetrics, Prepared
from motionfollower.io.result import ResultFiles
from motionfollower.io.run_record import RunMetadata
from motionfollower.pipeline.backends import Backend, backend_info, choose_backend, load_backend
from motionfollower.pipeline.prepare import prepare as prepare_clips
from motionfollower.pipeline.run import run_edit

Clip = str | Path
"""A video file, or a folder of frames."""


@dataclass(frozen=True)
class EditResult:
    """A finished edit: the `run`, as in run.json, and the `files` of its result."""

    run: RunMetadata
    files: ResultFiles

    @property
    def video(self) -> Path:
        """The edited video, with its sound."""
        return self.files.edited

    @property
    def frames(self) -> Path:
        """The folder of the edited frames, frame_<i>.png, without loss."""
        return self.files.frames

    @property
    def metrics(self) -> EditMetrics | None:
        """How well the edit came out."""
        return self.run.measures

    @property
    def warnings(self) -> tuple[str, ...]:
        """A sentence for everything that was doubtful."""
        return self.run.warnings


def edit_config(
    source: Clip,
    target: Clip | None = None,
    *,
    preset: PresetName | None = None,
    frames: int | None = None,
    seed: int | None = None,
    backend: BackendChoice | Backend = "auto",
) -> EditConfig:
    """The configuration of an edit with the backend's default settings, for `dataclasses.replace` to change.

    Without a `target`, `source` is a prepared case: a folder in the released layout, or a bundle. `preset` is draft,
    balanced or quality; `frames` limits the clips to their first frames. SettingsError for a value outside its range.
    """
    info = backend.info if isinstance(backend, Backend) else backend_info(choose_backend(backend))
    sampler = apply_preset(info.settings, preset) if preset else info.settings
    sampler = sampler if seed is None else replace(sampler, seed=index(seed))
    settings = PrepareSettings(frames=None if frames is None else index(frames))
    return EditConfig(Path(source), None if target is None else Path(target), settings, sampler)


def edit(
    source: Clip | EditConfig,
    target: Clip | None = None,
    *,
    output: Clip,
    preset: PresetName | None = None,
    frames: int | None = None,
    seed: int | None = None,
    backend: BackendChoice | Backend = "auto",
    prepared: Prepared | None = None,
    progress: bool = True,
) -> EditResult:
    """Re-pose the person of `source` with the motion of `target`, and write the result to the folder `output`.

    The other arguments are those of `edit_config`; pass its return value as `source` to change any other setting.
    `prepared` is what `prepare` returned for the same clips and number of frames. `progress` is shown on stderr.
    InputError, with a message that says what to do, where something cannot be used; nothing half-written remains.
    """
    config = _config(source, target, preset, frames, seed, backend, prepared)
    with _display(progress) as report:
        return _run(config, output, backend, prepared, report)


def edit_events(
    source: Clip | EditConfig,
    target: Clip | None = None,
    *,
    output: Clip,
    preset: PresetName | None = None,
    frames: int | None = None,
    seed: int | None = None,
    backend: BackendChoice | Backend = "auto",
    prepared: Prepared | None = None,
) -> Generator[Event, None, EditResult]:
    """The same as a generator of events that returns the result; closing it cancels the edit."""
    config = _config(source, target, preset, frames, seed, backend, prepared)
    return (yield from events_of(lambda report: _run(config, output, backend, prepared, report)))


def prepare(
    source: Clip,
    target: Clip,
    *,
    settings: PrepareSettings | None = None,
    frames: int | None = None,
    backend: BackendChoice | Backend = "auto",
    progress: bool = True,
) -> Prepared:
    """Read two clips and return the inputs of an edit: poses, masks, alignment; all can be replaced before `edit`.

    `settings` say how; `frames` limits the clips to their first frames.
    """
    settings = settings or PrepareSettings()
    settings = settings if frames is None else replace(settings, frames=index(frames))
    preprocessors = _load(backend).preprocessors
    with _display(progress) as report:
        return prepare_clips(Path(source), Path(target), settings, preprocessors, report)


def _config(
    source: Clip | EditConfig,
    target: Clip | None,
    preset: PresetName | None,
    frames: int | None,
    seed: int | None,
    backend: BackendChoice | Backend,
    prepared: Prepared | None,
) -> EditConfig:
    if not isinstance(source, EditConfig):
        config = edit_config(source, target, preset=preset, frames=frames, seed=seed, backend=backend)
    elif any(value is not None for value in (target, preset, frames, seed)):
        raise SettingsError("An EditConfig has the target, preset, frames and seed already: set them in edit_config.")
    else:
        config = source
    if prepared is None:
        return config
    if frames not in (None, prepared.settings.frames):
        raise SettingsError("Prepared clips have their number of frames already: set frames in prepare.")
    _check_clips(config, prepared)
    return replace(config, prepare=prepared.settings)


def _check_clips(config: EditConfig, prepared: Prepared) -> None:
    """InputError where other clips were prepared than are edited: the record of the run would be wrong."""
    inputs = prepared.inputs
    pairs = ((config.source, inputs.origin and inputs.origin.media), (config.target, inputs.target_media))
    for clip, media in pairs:
        if clip and media and clip.resolve() != media.path.resolve():
            raise InputError(f"prepared was made from {media.path}, not from {clip}. Pass the clip that was prepared.")


def _run(
    config: EditConfig, output: Clip, backend: BackendChoice | Backend, prepared: Prepared | None, report: Report
) -> EditResult:
    inputs = None if prepared is None else prepared.inputs
    run = run_edit(config, _load(backend), Path(output), report, prepared=inputs)
    return EditResult(run, ResultFiles(Path(output)))


def _load(backend: BackendChoice | Backend) -> Backend:
    return backend if isinstance(backend, Backend) else load_backend(backend)


def _display(is_shown: bool) -> AbstractContextManager[Report]:
    return progress_display() if is_shown else nullcontext(ignore_events)
