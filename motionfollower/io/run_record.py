"""run.json: all that is needed to understand a run, and to do it again bit for bit."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from motionfollower.core import __version__
from motionfollower.core.config import (
    BackendName,
    EditConfig,
    Environment,
    PrepareSettings,
    Redo,
    RepeatedRun,
    SamplerSettings,
    SoundChoice,
)
from motionfollower.core.errors import InputError
from motionfollower.core.hashing import sha256_of
from motionfollower.core.types import EditMetrics, StepLosses
from motionfollower.io.case import READ
from preprocess.types import Size

PACKAGES = ("torch", "diffusers", "transformers", "mediapipe", "onnxruntime", "numpy", "opencv-contrib-python")
SIZE_LIMIT = 16 * 2**20  # bytes; the run.json of a thousand steps has 0.1 MB


@dataclass(frozen=True)
class FileRecord:
    """A file or a folder that a run read: where it was, and the sha256 of what was in it, or in its `parts`."""

    path: str
    sha256: str
    parts: tuple[str, ...] = ()

    @classmethod
    def of(cls, path: Path, parts: tuple[str, ...] = ()) -> FileRecord:
        """The record of a file or a folder that is there."""
        name = os.fsencode(path.absolute()).decode(errors="replace")  # not every name is text
        return cls(name, sha256_of(path, parts), parts)

    def unchanged(self) -> Path:
        """Its path, where it still holds what the run read; InputError where not."""
        path = Path(self.path)
        if not (path.is_file() or path.is_dir()):
            raise InputError(f"{path}, which the run read, is not there. Put it back, or start a new edit.")
        if sha256_of(path, self.parts) != self.sha256:
            raise InputError(f"{path} has changed since the run. Put the old one back, or start a new edit.")
        return path


@dataclass(frozen=True)
class RedoRecord:
    """The frames `first` to `last`, counted from 0, that a run made anew in the `earlier` result."""

    first: int
    last: int
    earlier: FileRecord


@dataclass(frozen=True)
class RunMetadata:
    """One run of `edit`.

    `source` and `target` are the clips; a run of a folder in the released example layout has it as its
    `source` and no target. `size`, `fps`, `frames` are those of the edited clip, `seconds` those of each stage.
    `lock`, `sound` and `redo` are as in the request; runs from before there were `measures` have none.
    `camera_travel` is in pixels of a picture of 512, None where it wasn't measured.
    """

    source: FileRecord
    target: FileRecord | None
    backend: Literal["embedded", "full"]
    prepare: PrepareSettings
    sampler: SamplerSettings
    size: Size
    fps: float
    frames: int
    surroundings: Environment
    seconds: dict[str, float]
    losses: tuple[StepLosses, ...]
    warnings: tuple[str, ...]
    lock: bool = True
    sound: SoundChoice = "source"
    redo: RedoRecord | None = None
    measures: EditMetrics | None = None
    camera_travel: float | None = None
    format: Literal[1] = 1

    def to_json(self) -> str:
        """The text of run.json."""
        return TypeAdapter(RunMetadata).dump_json(self, indent=2).decode() + "\n"


def load_run_record(path: Path) -> RunMetadata:
    """Read a run.json; InputError where it is not one.

    The paths in it are the word of whoever wrote it: don't follow those of an uploaded file.
    """
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise InputError(f"{path} is larger than any run.json. Give the run.json that an edit wrote.")
        return TypeAdapter(RunMetadata).validate_json(path.read_bytes(), strict=True)
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}. Give the run.json that an edit wrote.") from error
    except ValidationError as error:
        raise InputError(f"{path} is no run.json: {_reason(error)}. Give one as an edit wrote it.") from error


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {first['msg']}".removeprefix(": ").rstrip(".")


def installed_versions() -> dict[str, str]:
    """The versions of Python, of this program, and of the packages that a run's numbers depend on."""
    ours = {"python": platform.python_version(), "motionfollower": __version__}
    return ours | {package: version(package) for package in PACKAGES}


def environment_changes(then: Environment, now: Environment) -> tuple[str, ...]:
    """Why a repeated run may give other pictures, a sentence for each thing that is not as it was."""
    before, after = _flat(then), _flat(now)
    names = sorted(before.keys() | after.keys())
    return tuple(
        f"{name} was {before.get(name, 'absent')} in the first run and is {after.get(name, 'absent')} now."
        for name in names
        if before.get(name) != after.get(name)
    )


def _flat(surroundings: Environment) -> dict[str, str]:
    machine = {"device": surroundings.device, "dtype": surroundings.dtype}
    return machine | surroundings.weights | surroundings.versions


@dataclass(frozen=True)
class Made:
    """What there is to know of an edit when it is made; `camera_travel` is None where it wasn't measured."""

    size: Size
    fps: float
    frames: int
    settings: SamplerSettings
    losses: tuple[StepLosses, ...]
    warnings: tuple[str, ...]
    measures: EditMetrics
    seconds: dict[str, float]
    camera_travel: float | None


def make_run_record(request: EditConfig, backend: BackendName, surroundings: Environment, made: Made) -> RunMetadata:
    """The record of the edit that was made on request."""
    changes = environment_changes(request.repeated.environment, surroundings) if request.repeated else ()
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


def _redo_record(redo: Redo) -> RedoRecord:
    return RedoRecord(redo.first, redo.last, FileRecord.of(redo.earlier, ("frames", "run.json")))


def config_of(run: RunMetadata) -> EditConfig:
    """The configuration that repeats an earlier run; InputError where a clip is gone or has changed."""
    return EditConfig(
        source=run.source.unchanged(),
        target=run.target.unchanged() if run.target else None,
        prepare=run.prepare,
        sampler=run.sampler,
        camera="on" if run.sampler.camera else "off",
        lock=run.lock,
        sound=run.sound,
        redo=Redo(run.redo.first, run.redo.last, run.redo.earlier.unchanged()) if run.redo else None,
        repeated=RepeatedRun(run.surroundings, run.camera_travel),
    )
