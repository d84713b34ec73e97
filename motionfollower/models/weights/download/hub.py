"""Downloads from the Hugging Face hub.

`huggingface_hub` takes up a connection that broke where it broke, and reads HF_ENDPOINT, HF_HUB_OFFLINE and HF_TOKEN
from the environment.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from motionfollower.core.errors import WeightsError
from motionfollower.models.weights.download.types import Download, check_room
from motionfollower.models.weights.manifest import Hub, WeightFile

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling


def download_from_hub(hub: Hub, wanted: Sequence[WeightFile], waiting: Path) -> Iterator[Download]:
    """Each wanted file in the folder `waiting`, by the best name that the repository has, with the hub's sha256.

    WeightsError where the hub can't be reached, refuses, or lacks a file, or the disk is too small.
    """
    from huggingface_hub import HfApi

    api = HfApi()
    with _explaining(hub):
        repository = api.model_info(hub.repository, files_metadata=True)
        offered = {sibling.rfilename: sibling for sibling in repository.siblings or ()}
        chosen = [(file, _choose(hub, file, offered)) for file in wanted]
        check_room(waiting, sum(sibling.size or 0 for _, sibling in chosen) / 1e6)
    for file, sibling in chosen:
        with _explaining(hub):
            path = api.hf_hub_download(hub.repository, sibling.rfilename, revision=repository.sha, local_dir=waiting)
        yield Download(file, Path(path), sibling.lfs.sha256 if sibling.lfs else None)


def _choose(hub: Hub, file: WeightFile, offered: dict[str, RepoSibling]) -> RepoSibling:
    for name in file.names:
        if sibling := offered.get(str(PurePosixPath(hub.folder) / name)):
            return sibling
    raise WeightsError(f"The Hugging Face repository {hub.repository} has no {' or '.join(file.names)} (any more).")


@contextmanager
def _explaining(hub: Hub) -> Generator[None, None, None]:
    """Turns the hub's errors into sentences."""
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled
    from huggingface_hub.errors import HTTPError as NetworkError  # type: ignore[attr-defined]  # its client's own

    where = f"The Hugging Face repository {hub.repository}"
    try:
        yield
    except OfflineModeIsEnabled as error:
        raise WeightsError(f"{where} isn't asked: HF_HUB_OFFLINE is set. Unset it to download.") from error
    except HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        if status in (401, 403, 404):
            raise WeightsError(f"{where} is closed to you. Log in with `hf auth login`, or set HF_TOKEN.") from error
        raise WeightsError(f"{where} can't be read now (HTTP {status}). Try again later.") from error
    except (NetworkError, LocalEntryNotFoundError) as error:
        raise WeightsError(
            f"{where} can't be reached. Is there a network? HF_ENDPOINT names a mirror. Whole files are kept."
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise WeightsError(f"{where} can't be saved: {reason}. Make room; whole files are kept.") from error
