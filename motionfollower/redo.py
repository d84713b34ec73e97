"""Some frames of an earlier result made anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from motionfollower.errors import SettingsError


@dataclass(frozen=True)
class Redo:
    """Make the frames `first` to `last`, counted from 0, of the result in the folder `earlier` anew."""

    first: int
    last: int
    earlier: Path

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last:
            raise SettingsError.out_of_range("redo", f"{self.first}-{self.last}", "FIRST-LAST, counted from 0")
