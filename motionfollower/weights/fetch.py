"""Getting weights: into a waiting room, looked at there, and only then under the name that is loaded."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from motionfollower.errors import WeightsError
from motionfollower.weights.convert import PICKLES, to_safetensors
from motionfollower.weights.download import Download
from motionfollower.weights.drive import download_from_drive
from motionfollower.weights.hub import download_from_hub
from motionfollower.weights.ledger import Ledger, locked
from motionfollower.weights.manifest import Hub, WeightFile, WeightSet
from preprocess.atomic import writing

WAITING_ROOM = ".incoming"


def fetch(part: WeightSet, root: Path) -> tuple[Path, ...]:
    """Bring a set of weights into `root` as far as it isn't there; the files that are new.

    Of an interrupted fetch, whole files are kept. Two processes that fetch the same set get it once. Pickles become
    safetensors, also those that were put there by hand, which stay. WeightsError says what to do by hand.
    """
    folder, waiting = root / part.folder, root / WAITING_ROOM / part.key
    with locked(folder), _advising(part, root):
        new = _convert_placed(part, folder)
        with writing(waiting):
            waiting.mkdir(parents=True, exist_ok=True)
            for download in _download(part, part.missing(root), waiting):
                new.append(_accept(download, folder))
        shutil.rmtree(waiting)
        for path in new:
            Ledger(root).check(path)
    return tuple(new)


def _download(part: WeightSet, wanted: Sequence[WeightFile], waiting: Path) -> Iterator[Download]:
    if not wanted:
        return iter(())
    if isinstance(part.origin, Hub):
        return download_from_hub(part.origin, wanted, waiting)
    return download_from_drive(part.origin, wanted, waiting)


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
