"""run.json: what is needed to understand a run and to repeat it bit for bit."""

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
    EditConfig,
    PrepareSettings,
    Redo,
    RepeatedRun,
    RunEnvironment,
    SamplerSettings,
    SoundChoice,
)
from motionfollower.core.errors import InputError
from motionfollower.core.hashing import sha256_of
from motionfollower.core.types import EditMetrics, StepLosses
from motionfollower.io.case import READ_BY_EDIT
from preprocess.types import Size
from preprocess.warnings import ClipWarning, WarningCode

PACKAGES = ("torch", "diffusers", "transformers", "mediapipe", "onnxruntime", "numpy", "opencv-contrib-python")
SIZE_LIMIT = 16 * 2**20  # bytes; the run.json of a thousand steps has 0.1 MB


@dataclass(frozen=True)
class FileRecord:
    """A file or folder that a run read: its path, and the sha256 of its content, or of these `parts` of a folder."""

    path: str
    sha256: str
    parts: tuple[str, ...] = ()

    @classmethod
    def of(cls, path: Path, parts: tuple[str, ...] = ()) -> FileRecord:
        """The record of an existing file or folder."""
        name = os.fsencode(path.absolute()).decode(errors="replace")  # not every name is text
        return cls(name, sha256_of(path, parts), parts)

    def unchanged(self) -> Path:
        """The path, if the content is still what the run read; InputError otherwise."""
        path = Path(self.path)
        if not (path.is_file() or path.is_dir()):
            raise InputError(f"{path}, which the run read, is missing. Restore it, or start a new edit.")
        if sha256_of(path, self.parts) != self.sha256:
            raise InputError(f"{path} has changed since the run. Restore the old version, or start a new edit.")
        return path


@dataclass(frozen=True)
class RedoRecord:
    """The frames `first` to `last`, counted from 0, that a run redid in the `earlier` result."""

    first: int
    last: int
    earlier: FileRecord


@dataclass(frozen=True)
class RunMetadata:
    """One run of `edit`.

    `source` and `target` are the clips; a run on a folder in the released example layout has that as its `source` and
    no target. `size`, `fps`, `frames` are the edited clip's, `seconds` those of each stage. `surroundings` is the
    environment, `measures` are the metrics. `camera_travel` is in pixels of an image of 512, None where it was not
    measured. The names of fields are the file format; those with defaults are newer than the first format.
    """

    source: FileRecord
    target: FileRecord | None
    backend: Literal["embedded", "full"]
    prepare: PrepareSettings
    sampler: SamplerSettings
    size: Size
    fps: float
    frames: int
    surroundings: RunEnvironment
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

    Its paths are untrusted: never follow those of an uploaded file.
    """
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise InputError(f"{path} is larger than any run.json. Pass the run.json that an edit wrote.")
        return TypeAdapter(RunMetadata).validate_json(path.read_bytes(), strict=True)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Pass the run.json that an edit wrote.") from error
    except ValidationError as error:
        raise InputError(f"{path} is no run.json: {_reason(error)}. Pass one that an edit wrote.") from error


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    field = ".".join(map(str, first["loc"]))
    return f"{field}: {first['msg']}".removeprefix(": ").rstrip(".")


def installed_versions() -> dict[str, str]:
    """The versions of Python, of this package, and of the packages that the result depends on."""
    base = {"python": platform.python_version(), "motionfollower": __version__}
    return base | {package: version(package) for package in PACKAGES}


def environment_changes(before: RunEnvironment, now: RunEnvironment) -> tuple[ClipWarning, ...]:
    """Why a repeated run may differ: a warning for each part of the environment that has changed."""
    old, new = _flat(before), _flat(now)
    return tuple(
        ClipWarning(
            WarningCode.ENVIRONMENT_CHANGED,
            values={"name": name, "before": old.get(name, "absent"), "after": new.get(name, "absent")},
        )
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    )


def _flat(environment: RunEnvironment) -> dict[str, str]:
    machine = {"device": environment.device, "dtype": environment.dtype}
    return {**machine, **environment.weights, **environment.versions}


def clip_records(config: EditConfig) -> tuple[FileRecord, FileRecord | None]:
    """The records of the source and of the target, None for a prepared case."""
    if config.target is None:
        return FileRecord.of(config.source, READ_BY_EDIT), None
    return FileRecord.of(config.source), FileRecord.of(config.target)


def redo_record(redo: Redo | None) -> RedoRecord | None:
    """The record of the frames that were redone, None where all are new."""
    if redo is None:
        return None
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
