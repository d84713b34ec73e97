"""Downloads from a public Google Drive folder, with gdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from motionfollower.core.errors import WeightsError
from motionfollower.models.weights.download.types import Download, check_disk_space
from motionfollower.models.weights.manifest import GoogleDriveFolder, WeightFile


def download_from_google_drive(
    origin: GoogleDriveFolder, files: Sequence[WeightFile], staging: Path
) -> Iterator[Download]:
    """Download the named files to the folder `staging`, one per iteration.

    WeightsError where Drive can't be reached or refuses, as it does after many requests for a folder, where it lacks
    a file, or where the disk is too small.
    """
    check_disk_space(staging, sum(file.megabytes for file in files))
    listing = _list_folder(origin)
    for file in files:
        name = next((name for name in file.names if name in listing), None)
        if name is None:
            raise WeightsError(f"{origin} no longer contains {' or '.join(file.names)}.")
        yield Download(file, _download(origin, listing[name], staging / name))


def _list_folder(origin: GoogleDriveFolder) -> dict[str, str]:
    """The ids of the folder's files, by file name."""
    import gdown
    from requests import RequestException

    try:
        files = gdown.download_folder(origin.address, skip_download=True, quiet=True)
    except (gdown.DownloadError, RequestException, OSError) as error:
        raise WeightsError(f"{origin} can't be read.") from error
    return {PurePath(file.path).name: file.id for file in files}


def _download(origin: GoogleDriveFolder, file_id: str, path: Path) -> Path:
    import gdown
    from requests import RequestException

    try:
        gdown.download(id=file_id, output=str(path), resume=True)
    except (gdown.DownloadError, RequestException, OSError) as error:
        raise WeightsError(f"{path.name} can't be downloaded from {origin}: {error}") from error
    return path
