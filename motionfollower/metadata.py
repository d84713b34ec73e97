"""run.json: all that is needed to understand a run, and to do it again bit for bit."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from motionfollower import __version__
from motionfollower.digest import fingerprint
from motionfollower.errors import InputError
from motionfollower.measures import Measures
from motionfollower.settings import PrepareSettings, SamplerSettings, SoundChoice
from motionfollower.types import StepLosses
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
        return cls(name, fingerprint(path, parts), parts)

    def unchanged(self) -> Path:
        """Its path, where it still holds what the run read; InputError where not."""
        path = Path(self.path)
        if not (path.is_file() or path.is_dir()):
            raise InputError(f"{path}, which the run read, is not there. Put it back, or start a new edit.")
        if fingerprint(path, self.parts) != self.sha256:
            raise InputError(f"{path} has changed since the run. Put the old one back, or start a new edit.")
        return path


@dataclass(frozen=True)
class Surroundings:
    """What a run's numbers depend on besides its settings: the machine, the weights, the versions.

    `weights` has the sha256 of each file of weights, `versions` those of Python, of this program, of PACKAGES.
    """

    device: str
    dtype: str
    weights: dict[str, str]
    versions: dict[str, str]


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
    surroundings: Surroundings
    seconds: dict[str, float]
    losses: tuple[StepLosses, ...]
    warnings: tuple[str, ...]
    lock: bool = True
    sound: SoundChoice = "source"
    redo: RedoRecord | None = None
    measures: Measures | None = None
    camera_travel: float | None = None
    format: Literal[1] = 1

    def to_json(self) -> str:
        """The text of run.json."""
        return TypeAdapter(RunMetadata).dump_json(self, indent=2).decode() + "\n"


def load_run(path: Path) -> RunMetadata:
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


def differences(then: Surroundings, now: Surroundings) -> tuple[str, ...]:
    """Why a repeated run may give other pictures, a sentence for each thing that is not as it was."""
    before, after = _flat(then), _flat(now)
    names = sorted(before.keys() | after.keys())
    return tuple(
        f"{name} was {before.get(name, 'absent')} in the first run and is {after.get(name, 'absent')} now."
        for name in names
        if before.get(name) != after.get(name)
    )


def _flat(surroundings: Surroundings) -> dict[str, str]:
    machine = {"device": surroundings.device, "dtype": surroundings.dtype}
    return machine | surroundings.weights | surroundings.versions
