"""Getting weights: into a waiting room, looked at there, and only then under the name that is loaded."""

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
from motionfollower.models.weights.manifest import Hub, WeightFile, WeightSet
from motionfollower.models.weights.tensor_files import StateDict, read_state_dict, write_tensors
from preprocess.video.atomic import output_errors

WAITING_ROOM = ".incoming"


def fetch(part: WeightSet, root: Path) -> tuple[Path, ...]:
    """Bring a set of weights into `root` as far as it isn't there; the files that are new.

    Of an interrupted fetch, whole files are kept. Two processes that fetch the same set get it once. Pickles become
    safetensors, also those that were put there by hand, which stay. WeightsError says what to do by hand.
    """
    folder, waiting = root / part.folder, root / WAITING_ROOM / part.key
    with locked(folder), _advising(part, root):
        new = _convert_placed(part, folder)
        with output_errors(waiting):
            waiting.mkdir(parents=True, exist_ok=True)
            for download in _download(part, part.missing(root), waiting):
                new.append(_accept(download, folder))
        shutil.rmtree(waiting)
        for path in new:
            ChecksumRegistry(root).check(path)
    return tuple(new)


def _download(part: WeightSet, wanted: Sequence[WeightFile], waiting: Path) -> Iterator[Download]:
    if not wanted:
        return iter(())
    if isinstance(part.origin, Hub):
        return download_from_hub(part.origin, wanted, waiting)
    return download_from_google_drive(part.origin, wanted, waiting)


def _accept(download: Download, folder: Path) -> Path:
    """Check a download and put it into its place, as safetensors where it is a pickle."""
    download.check()
    place = folder / download.file.names[0]
    place.parent.mkdir(parents=True, exist_ok=True)
    if download.path.suffix not in PICKLES:
        return download.path.replace(place)
    to_safetensors(download.path, place)
    download.path.unlink()
    return place


def _convert_placed(part: WeightSet, folder: Path) -> list[Path]:
    """Safetensors beside the pickles that were put there by hand."""
    targets = []
    for file in part.files:
        pickle = file.find(folder)
        if pickle is not None and pickle.suffix in PICKLES:
            targets.append(folder / file.names[0])
            to_safetensors(pickle, targets[-1])
    return targets


@contextmanager
def _advising(part: WeightSet, root: Path) -> Generator[None, None, None]:
    """Adds to an error what to do by hand."""
    try:
        yield
    except WeightsError as error:
        raise WeightsError(f"{error} Or by hand: {part.by_hand(root)}") from error


PICKLES = (".bin", ".pth")


def to_safetensors(pickle: Path, target: Path) -> None:
    """Write a pickle's tensors as a .safetensors file, whole or not at all; the pickle stays.

    WeightsError where it can't be read, OutputError where there is no room. Nothing in it is executed.
    """
    write_tensors(target, _unshared(read_state_dict(pickle)))


def _unshared(state: StateDict) -> StateDict:
    """Tensors that share no memory, as the format wants them."""
    seen: set[int] = set()
    apart: dict[str, Tensor] = {}
    for key, tensor in state.items():
        memory = tensor.untyped_storage().data_ptr()
        apart[key] = tensor.clone() if memory in seen else tensor.contiguous()
        seen.add(memory)
    return apart
