"""Masks put right by clicks: GrabCut decides around each click what belongs to the clicked thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from preprocess.segmentation.point_prompts import MaskClick
from preprocess.types import Bools, Clip, Floats, Frame, Frames, InputError, MaskSequence

NEIGHBOURHOOD = 0.15  # of the picture's longer side: how far around a click the mask may change
DOT = 0.006  # of it: what is surely the clicked thing
SEED = 0.02  # of it: what likely is
ROUNDS = 1  # of GrabCut: more of them change little and take as much longer


class GrabCutRefiner:
    """A `MaskRefiner` of colours alone (Rother et al. 2004), so that it needs no network."""

    def refine(self, clip: Clip, masks: MaskSequence, clicks: Sequence[MaskClick]) -> MaskSequence:
        """The masks with all clicks honoured; in the frames beside a click its effect shrinks with the distance.

        A frame's own clicks come after those that are carried to it. InputError where a click is outside the clip.
        """
        refined = masks.masks.copy()
        places = [(click.at.frame, *click.at.pixel(clip.size), click.is_person) for click in clicks]
        for frame, *_ in places:
            if frame >= len(clip):
                raise InputError(f"A click is in frame {frame}; the clip has frames 0 to {len(clip) - 1}. Remove it.")
        carrier = Carrier(clip.frames)
        for frame, x, y, is_person in places:
            for index, column, row, strength in carrier.carry(frame, x, y):
                region = self.region(clip.frames[index], refined[index], column, row, is_person, strength)
                refined[index][region] = is_person
        for frame, x, y, is_person in places:
            region = self.region(clip.frames[frame], refined[frame], x, y, is_person)
            refined[frame][region] = is_person
        for frame, x, y, is_person in places:
            refined[frame][disc(refined[frame].shape, x, y, DOT)] = is_person
        return MaskSequence(refined, "user" if clicks else masks.origin)

    def region(self, frame: Frame, mask: Bools, x: int, y: int, is_person: bool, strength: float = 1.0) -> Bools:
        """What a click adds to a mask [H, W], or takes from it: what hangs together with the place near it."""
        region = np.zeros_like(mask)
        if mask[y, x] == is_person:
            return region
        radius = reach_of_click(mask, strength)
        window = np.s_[max(0, y - radius) : y + radius + 1, max(0, x - radius) : x + radius + 1]
        near, dot, seed = (disc(mask.shape, x, y, share)[window] for share in (radius / max(mask.shape), DOT, SEED))
        old = mask[window]
        found = _cut(np.ascontiguousarray(frame[window]), old, near, seed, dot, is_person)
        region[window] = joined_to((dot | (found & near)) & (old != is_person), min(x, radius), min(y, radius))
        return region


def reach_of_click(mask: Bools, strength: float) -> int:
    """How many pixels around a click a mask [H, W] may change."""
    return int(max(8, round(strength * NEIGHBOURHOOD * max(mask.shape))))


def joined_to(region: Bools, x: int, y: int) -> Bools:
    """The part of a region [H, W] that hangs together with a place."""
    _, parts = cv2.connectedComponents(region.astype(np.uint8))
    return np.asarray(parts == parts[y, x])


def _cut(frame: Frame, old: Bools, near: Bools, seed: Bools, dot: Bools, is_person: bool) -> Bools:
    """Where GrabCut sees the clicked thing, bool [h, w]: the old mask decides far away, the click where it is."""
    likely, sure = (cv2.GC_PR_FGD, cv2.GC_FGD) if is_person else (cv2.GC_PR_BGD, cv2.GC_BGD)
    labels = np.where(old, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[~near & (old == is_person)] = sure
    labels[seed], labels[dot] = likely, sure
    clicked = np.isin(labels, (likely, sure))
    if clicked.all():
        return clicked
    cv2.setRNGSeed(0)  # its first guess of the colours is drawn by lot
    cv2.grabCut(frame, labels, None, np.zeros((1, 65)), np.zeros((1, 65)), ROUNDS, cv2.GC_INIT_WITH_MASK)
    return np.isin(labels, (likely, sure))


def disc(shape: tuple[int, ...], x: int, y: int, share: float) -> Bools:
    """A disc around a place, its radius a share of the picture's longer side, bool [H, W]."""
    disc = np.zeros(shape, np.uint8)
    cv2.circle(disc, (x, y), max(1, round(share * max(shape))), 1, thickness=-1)
    return np.asarray(disc > 0)


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
