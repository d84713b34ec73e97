"""Clicks that put a mask right: here is the person, here is not."""

from __future__ import annotations

from dataclasses import dataclass

from preprocess.types import ClipPoint


@dataclass(frozen=True)
class MaskClick:
    """A place that belongs to the person (`is_person`), or doesn't."""

    at: ClipPoint
    is_person: bool
