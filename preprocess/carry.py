"""A clicked place carried to the frames beside it: with the person where it is on them, with the room where not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from preprocess.types import Floats, Frame, Frames

REACH = 6  # frames each way
WINDOW = 31  # pixels around the place that are recognised in the next frame
RETURN = 4.0  # pixels: tracked there and back, the place must be itself again
LIKENESS = 22.0  # grey levels that the place's mean colour may change by
PATCH = 3  # pixels to each side of the place, over which its colour is taken


@dataclass(frozen=True)
class Carrier:
    """Follows places through the frames uint8 [F, H, W, 3] of a clip."""

    frames: Frames

    @cached_property
    def _greys(self) -> list[Frame]:
        return [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in self.frames]

    def carry(self, frame: int, x: int, y: int) -> Iterator[tuple[int, int, int, float]]:
        """Yield (frame, x, y, strength) for the frames on both sides of a place; the strength falls from 1 to 0.

        Ends where the place leaves the picture or looks different.
        """
        for step in (1, -1):
            place, colour = np.array([[[x, y]]], np.float32), self._colour(frame, x, y)
            for distance in range(1, REACH + 1):
                index = frame + step * distance
                if not 0 <= index < len(self.frames):
                    break
                place = self._follow(index - step, index, place)
                column, row = (round(float(part)) for part in place[0, 0])
                if not self._looks_like(colour, index, column, row):
                    break
                yield index, column, row, 1 - distance / (REACH + 1)

    def _follow(self, before: int, after: int, place: Floats) -> Floats:
        """The place in the next frame; where nothing is there to be recognised, as on a plain wall, it stays."""
        there, found = self._flow(before, after, place)
        back, found_back = self._flow(after, before, there)
        return there if found and found_back and np.abs(back - place).max() <= RETURN else place

    def _flow(self, before: int, after: int, place: Floats) -> tuple[Floats, bool]:
        greys = self._greys
        there, found, _ = cv2.calcOpticalFlowPyrLK(greys[before], greys[after], place, None, winSize=(WINDOW, WINDOW))
        return there, bool(found[0, 0])

    def _looks_like(self, colour: Floats, frame: int, x: int, y: int) -> bool:
        height, width = self.frames.shape[1:3]
        is_inside = 0 <= x < width and 0 <= y < height
        return is_inside and float(np.abs(self._colour(frame, x, y) - colour).mean()) <= LIKENESS

    def _colour(self, frame: int, x: int, y: int) -> Floats:
        rows, columns = (slice(max(0, middle - PATCH), middle + PATCH + 1) for middle in (y, x))
        return np.asarray(self.frames[frame, rows, columns].mean(axis=(0, 1)), np.float32)
