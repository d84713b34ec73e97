"""The `weights` command: status, where, verify, fetch. Each action yields lines of text to print."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from motionfollower.core.errors import SettingsError
from motionfollower.models.weights.checksums import ChecksumRegistry
from motionfollower.models.weights.download.fetch import fetch
from motionfollower.models.weights.manifest import ALL_SETS, DEFAULT_SETS, WeightSet, full_weights_folder

Action = Literal["status", "fetch", "verify", "where"]


def run_weights(action: Action, keys: Sequence[str]) -> Iterator[str]:
    """Run an action on the named sets of weights, or on the default ones; yields lines of text while it runs.

    WeightsError where a set can't be fetched or a file doesn't match its checksum; SettingsError for an unknown name.
    """
    root = full_weights_folder().absolute()
    for weight_set in choose_sets(keys):
        yield from ACTIONS[action](weight_set, root)
    if action == "status":
        yield f"in {root}; `weights fetch` downloads what is missing, `weights where` lists the path of each file"


def choose_sets(keys: Sequence[str]) -> tuple[WeightSet, ...]:
    """The sets with these names, the default ones for no name; SettingsError for an unknown name."""
    sets = {weight_set.key: weight_set for weight_set in ALL_SETS}
    for key in keys:
        if key not in sets:
            raise SettingsError.out_of_range("set of weights", key, ", ".join(sets))
    return tuple(sets[key] for key in keys) or DEFAULT_SETS


def status(weight_set: WeightSet, root: Path) -> Iterator[str]:
    """One line: whether the set is complete."""
    missing = weight_set.missing(root)
    if not missing:
        state = "ready"
    else:
        size = sum(file.megabytes for file in missing) / 1000
        state = f"{len(missing)} of {len(weight_set.files)} files missing, {size:.1f} GB"
    yield f"{weight_set.key:15}{state:36}{weight_set.name} (licence: {weight_set.licence})"


def where(weight_set: WeightSet, root: Path) -> Iterator[str]:
    """The origin of the set, and for each of its files the path, and whether the file is there."""
    yield f"{weight_set.key}: {weight_set.name}, from {weight_set.origin}"
    for file in weight_set.files:
        found = file.find(root / weight_set.folder)
        path = found or root / weight_set.folder / " or ".join(file.names)
        yield f"  {'present' if found else 'missing'}  {path}"


def verify(weight_set: WeightSet, root: Path) -> Iterator[str]:
    """Hash every file of the set that is there, and compare it with its published and its recorded sha256."""
    found = weight_set.found(root)
    if not found:
        yield f"{weight_set.key}: no file to verify"
    for path in found:
        file = next(file for file in weight_set.files if file.find(root / weight_set.folder) == path)
        is_new = path.relative_to(root).as_posix() not in ChecksumRegistry(root).entries()
        sha256 = ChecksumRegistry(root).check(path, file.sha256, rehash=True)
        yield f"{sha256}  {path.relative_to(root)}{'  (recorded now)' if is_new else ''}"


def fetch_set(weight_set: WeightSet, root: Path) -> Iterator[str]:
    """Download the files of the set that are missing."""
    new = fetch(weight_set, root)
    yield f"{weight_set.key}: {', '.join(path.name for path in new)} ready" if new else f"{weight_set.key}: complete"


ACTIONS: dict[Action, Callable[[WeightSet, Path], Iterator[str]]] = {
    "status": status,
    "fetch": fetch_set,
    "verify": verify,
    "where": where,
}
