"""Fetch weights: download to a staging folder, verify, convert to safetensors, move into place.

A file has the name under which it is loaded only once it is complete and verified.
"""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from torch import Tensor

from motionfollower.core.errors import WeightsError
from motionfollower.models.weights.checksums import ChecksumRegistry, locked
from motionfollower.models.weights.download.google_drive import download_from_google_drive
from motionfollower.models.weights.download.hub import download_from_hub
from motionfollower.models.weights.download.types import Download
from motionfollower.models.weights.manifest import HubRepository, WeightFile, WeightSet
from motionfollower.models.weights.tensor_files import StateDict, read_state_dict, write_tensors
from preprocess.video.atomic import output_errors

STAGING_FOLDER = ".incoming"
PICKLES = (".bin", ".pth")


def fetch(weight_set: WeightSet, root: Path) -> tuple[Path, ...]:
    """Bring the missing files of a set of weights into `root`; returns the new files.

    Pickles are converted to safetensors, also those that the user has placed, which are kept. Complete files of an
    interrupted fetch are kept. Two processes that fetch the same set download it once. WeightsError, with
    instructions for a manual download, where a file can't be had; OutputError where it can't be written.
    """
    folder, staging = root / weight_set.folder, root / STAGING_FOLDER / weight_set.key
    with locked(folder), _with_instructions(weight_set, root):
        new = _convert_existing_pickles(weight_set, folder)
        with output_errors(staging):
            staging.mkdir(parents=True, exist_ok=True)
            for download in _download(weight_set, weight_set.missing(root), staging):
                new.append(_install(download, folder))
        shutil.rmtree(staging)
        for path in new:
            ChecksumRegistry(root).check(path)
    return tuple(new)


@contextmanager
def _with_instructions(weight_set: WeightSet, root: Path) -> Generator[None, None, None]:
    """Add the instructions for a manual download to a WeightsError."""
    try:
        yield
    except WeightsError as error:
        raise WeightsError(f"{error} Or download manually: {weight_set.download_instructions(root)}") from error


def _convert_existing_pickles(weight_set: WeightSet, folder: Path) -> list[Path]:
    """Write a safetensors file beside each pickle that the user has placed; returns the new files."""
    new = []
    for file in weight_set.files:
        pickle = file.find(folder)
        if pickle is not None and pickle.suffix in PICKLES:
            new.append(folder / file.names[0])
            convert_pickle(pickle, new[-1])
    return new


def _download(weight_set: WeightSet, files: Sequence[WeightFile], staging: Path) -> Iterator[Download]:
    if not files:
        return iter(())
    if isinstance(weight_set.origin, HubRepository):
        return download_from_hub(weight_set.origin, files, staging)
    return download_from_google_drive(weight_set.origin, files, staging)


def _install(download: Download, folder: Path) -> Path:
    """Verify a download and move it into place, a pickle as safetensors; returns its path."""
    download.verify()
    path = folder / download.file.names[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    if download.path.suffix not in PICKLES:
        return download.path.replace(path)
    convert_pickle(download.path, path)
    download.path.unlink()
    return path


def convert_pickle(pickle: Path, target: Path) -> None:
    """Write the tensors of a pickle as a .safetensors file, atomically; the pickle is kept.

    Nothing in the pickle is executed. WeightsError where it can't be read, OutputError where `target` can't be written.
    """
    write_tensors(target, _without_shared_memory(read_state_dict(pickle)))


def _without_shared_memory(state: StateDict) -> StateDict:
    """Contiguous tensors that share no memory, as safetensors requires."""
    seen: set[int] = set()
    separate: dict[str, Tensor] = {}
    for key, tensor in state.items():
        memory = tensor.untyped_storage().data_ptr()
        separate[key] = tensor.clone() if memory in seen else tensor.contiguous()
        seen.add(memory)
    return separate
