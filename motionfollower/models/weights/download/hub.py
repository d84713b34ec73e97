"""Downloads from the Hugging Face hub.

`huggingface_hub` resumes broken connections, and reads HF_ENDPOINT, HF_HUB_OFFLINE and HF_TOKEN from the environment.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from motionfollower.core.errors import WeightsError
from motionfollower.models.weights.download.types import Download, check_disk_space
from motionfollower.models.weights.manifest import HubRepository, WeightFile

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling


def download_from_hub(origin: HubRepository, files: Sequence[WeightFile], staging: Path) -> Iterator[Download]:
    """Download the files to the folder `staging`, one per iteration, each with the sha256 that the hub publishes.

    Of a file's names, the first one that the repository contains is taken. WeightsError where the hub can't be
    reached, refuses, or lacks a file, or where the disk is too small.
    """
    from huggingface_hub import HfApi

    api = HfApi()
    with _readable_errors(origin):
        info = api.model_info(origin.repository, files_metadata=True)
        listing = {sibling.rfilename: sibling for sibling in info.siblings or ()}
        chosen = [(file, _choose(origin, file, listing)) for file in files]
        check_disk_space(staging, sum(sibling.size or 0 for _, sibling in chosen) / 1e6)
    for file, sibling in chosen:
        with _readable_errors(origin):
            path = api.hf_hub_download(origin.repository, sibling.rfilename, revision=info.sha, local_dir=staging)
        yield Download(file, Path(path), sibling.lfs.sha256 if sibling.lfs else None)


def _choose(origin: HubRepository, file: WeightFile, listing: dict[str, RepoSibling]) -> RepoSibling:
    for name in file.names:
        if sibling := listing.get(str(PurePosixPath(origin.folder) / name)):
            return sibling
    names = " or ".join(file.names)
    raise WeightsError(f"The Hugging Face repository {origin.repository} no longer contains {names}.")


@contextmanager
def _readable_errors(origin: HubRepository) -> Generator[None, None, None]:
    """Translate the errors of huggingface_hub into WeightsErrors that say what to do."""
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled
    from huggingface_hub.errors import HTTPError as NetworkError  # type: ignore[attr-defined]  # its HTTP client's own

    name = f"The Hugging Face repository {origin.repository}"
    try:
        yield
    except OfflineModeIsEnabled as error:
        raise WeightsError(f"{name} was not contacted: HF_HUB_OFFLINE is set. Unset it to download.") from error
    except HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        if status in (401, 403, 404):
            raise WeightsError(
                f"{name} denies access (HTTP {status}). Log in with `hf auth login`, or set HF_TOKEN."
            ) from error
        raise WeightsError(f"{name} can't be read now (HTTP {status}). Try again later.") from error
    except (NetworkError, LocalEntryNotFoundError) as error:
        raise WeightsError(
            f"{name} can't be reached. Check the network, or set HF_ENDPOINT to a mirror. Complete files are kept."
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise WeightsError(
            f"Files of {origin.repository} can't be written: {reason}. Make room; complete files are kept."
        ) from error
