"""Downloads from a public folder of Google Drive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from motionfollower.core.errors import WeightsError
from motionfollower.models.weights.download.types import Download, check_room
from motionfollower.models.weights.manifest import Drive, WeightFile


def download_from_google_drive(drive: Drive, wanted: Sequence[WeightFile], waiting: Path) -> Iterator[Download]:
    """Each wanted file in the folder `waiting`; what else lies in the Drive folder stays there.

    WeightsError where Drive can't be reached or refuses, as it does when a folder is asked for too often.
    """
    check_room(waiting, sum(file.megabytes for file in wanted))
    offered = _list_folder(drive)
    for file in wanted:
        name = next((name for name in file.names if name in offered), None)
        if name is None:
            raise WeightsError(f"{drive} has no {' or '.join(file.names)} (any more).")
        yield Download(file, _download(drive, offered[name], waiting / name))


def _list_folder(drive: Drive) -> dict[str, str]:
    """The ids of the folder's files, by their names."""
    import gdown
    from requests import RequestException

    try:
        files = gdown.download_folder(drive.address, skip_download=True, quiet=True)
    except (gdown.DownloadError, RequestException, OSError) as error:
        raise WeightsError(f"{drive} can't be read.") from error
    return {PurePath(file.path).name: file.id for file in files}


def _download(drive: Drive, identity: str, path: Path) -> Path:
    import gdown
    from requests import RequestException

    try:
        gdown.download(id=identity, output=str(path), resume=True)
    except (gdown.DownloadError, RequestException, OSError) as error:
        raise WeightsError(f"{path.name} can't be downloaded from {drive}: {error}") from error
    return path
