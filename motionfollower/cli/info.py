"""The `info` command: the device, the backends, and how to get what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill

from motionfollower.core.device import DeviceInfo, describe, pick_device
from motionfollower.io.run_record import installed_versions
from motionfollower.models.weights.manifest import (
    EMBEDDED_FILES,
    FOLDER_VARIABLE,
    FULL_MODEL_SETS,
    WeightSet,
    embedded_model_folder,
    full_weights_folder,
)


@dataclass(frozen=True)
class Info:
    """The state of an installation.

    `missing_embedded` are missing files of the embedded model, `missing_full` the weight sets of the full model with a
    file missing from the folder `weights`; a backend is ready when nothing is missing. `ffmpeg` is its version and
    path, None if there is none.
    """

    device: DeviceInfo
    weights: Path
    missing_embedded: tuple[str, ...]
    missing_full: tuple[WeightSet, ...]
    ffmpeg: str | None
    versions: dict[str, str]


def collect_info(weights: Path | None = None, embedded: Path | None = None) -> Info:
    """Inspect the device and the weight folders, by default those that an edit uses."""
    folder, model = weights or full_weights_folder(), embedded or embedded_model_folder()
    return Info(
        device=describe(pick_device()),
        weights=folder,
        missing_embedded=tuple(name for name in EMBEDDED_FILES if not (model / name).is_file()),
        missing_full=tuple(part for part in FULL_MODEL_SETS if part.missing(folder)),
        ffmpeg=_find_ffmpeg(),
        versions=installed_versions(),
    )


def format_info(info: Info) -> str:
    """The report as text."""
    return "\n".join(_lines(info))


def _lines(info: Info) -> Iterator[str]:
    yield f"device      {info.device}"
    yield f"ffmpeg      {info.ffmpeg or 'not found; reinstall imageio-ffmpeg'}"
    yield f"embedded    {_embedded_state(info.missing_embedded)}"
    yield f"full        {_full_state(info)}"
    for part in info.missing_full:
        yield f"  {part.name} (licence: {part.licence})"
        yield f"    {part.download_instructions(info.weights)}"
    versions = ", ".join(f"{name} {version}" for name, version in info.versions.items())
    yield fill(f"versions    {versions}", width=100, subsequent_indent=" " * 12)


def _embedded_state(missing: tuple[str, ...]) -> str:
    return f"not ready: {', '.join(missing)} missing; reinstall motionfollower" if missing else "ready"


def _full_state(info: Info) -> str:
    if not info.missing_full:
        return f"ready, in {info.weights}"
    return (
        f"not ready: {len(info.missing_full)} of {len(FULL_MODEL_SETS)} weight sets are missing from {info.weights}; "
        f"run `python -m motionfollower weights fetch`, or set {FOLDER_VARIABLE} to another folder"
    )


def _find_ffmpeg() -> str | None:
    from imageio_ffmpeg import get_ffmpeg_exe, get_ffmpeg_version

    try:
        return f"{get_ffmpeg_version()} ({get_ffmpeg_exe()})"
    except RuntimeError:
        return None
