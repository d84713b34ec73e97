"""What `motionfollower weights` does: status, where, verify, fetch; each gives the text that people read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from motionfollower.core.errors import SettingsError
from motionfollower.models.weights.checksums import ChecksumRegistry
from motionfollower.models.weights.download.fetch import fetch
from motionfollower.models.weights.manifest import ALL_SETS, USUAL, WeightSet, full_weights_folder

Action = Literal["status", "fetch", "verify", "where"]


def run_weights(action: Action, keys: Sequence[str]) -> Iterator[str]:
    """Do something with the named sets of weights, the usual ones where none is named; lines of text as it goes on.

    WeightsError where a set can't be had, or a file isn't what it should be; SettingsError for an unknown name.
    """
    root = full_weights_folder().absolute()
    for part in choose_sets(keys):
        yield from ACTIONS[action](part, root)
    if action == "status":
        yield f"in {root}; `weights fetch` gets what is missing, `weights where` says where each file belongs"


def choose_sets(keys: Sequence[str]) -> tuple[WeightSet, ...]:
    """The sets of these names."""
    known = {part.key: part for part in ALL_SETS}
    for key in keys:
        if key not in known:
            raise SettingsError.out_of_range("set of weights", key, ", ".join(known))
    return tuple(known[key] for key in keys) or USUAL


def status(part: WeightSet, root: Path) -> Iterator[str]:
    """One line: whether the set is there."""
    missing = part.missing(root)
    if not missing:
        state = "ready"
    else:
        size = sum(file.megabytes for file in missing) / 1000
        state = f"{len(missing)} of {len(part.files)} files missing, {size:.1f} GB"
    yield f"{part.key:15}{state:36}{part.name} (licence: {part.licence})"


def where(part: WeightSet, root: Path) -> Iterator[str]:
    """Where each file of the set is or belongs, and where to get it."""
    yield f"{part.key}: {part.name}, from {part.origin}"
    for file in part.files:
        path = file.find(root / part.folder)
        there = path or root / part.folder / " or ".join(file.names)
        yield f"  {'there  ' if path else 'missing'}  {there}"


def verify(part: WeightSet, root: Path) -> Iterator[str]:
    """Read every file that is there and compare it with what is known or recorded of it."""
    for path in part.found(root):
        file = next(file for file in part.files if file.find(root / part.folder) == path)
        is_new = path.relative_to(root).as_posix() not in ChecksumRegistry(root).entries()
        sha256 = ChecksumRegistry(root).check(path, file.sha256, thoroughly=True)
        yield f"{sha256}  {path.relative_to(root)}{'  (recorded now)' if is_new else ''}"


def fetch_set(part: WeightSet, root: Path) -> Iterator[str]:
    """Get what is missing."""
    new = fetch(part, root)
    yield f"{part.key}: {', '.join(path.name for path in new)} ready" if new else f"{part.key}: all there"


ACTIONS: dict[Action, Callable[[WeightSet, Path], Iterator[str]]] = {
    "status": status,
    "fetch": fetch_set,
    "verify": verify,
    "where": where,
}
