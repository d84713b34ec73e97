"""Mask refinement by clicks: GrabCut segments the object around each click, optical flow propagates the click."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from preprocess.segmentation.point_prompts import MaskClick
from preprocess.types import Bools, Clip, Floats, Frame, Frames, InputError, MaskSequence

CLICK_RADIUS = 0.15  # of the frame's longer side: distance from a click up to which the mask may change
DOT = 0.006  # of the longer side: radius around a click that surely is the clicked object
SEED = 0.02  # of the longer side: radius around a click that probably is it
ITERATIONS = 1  # of GrabCut; further ones change little

TRACKED_FRAMES = 6  # in each direction
WINDOW = 31  # pixels; side of the window of the optical flow
MAX_RETURN_ERROR = 4.0  # pixels; of a point that is tracked forward and back
MAX_COLOUR_CHANGE = 22.0  # levels; of the mean colour around a tracked point
PATCH = 3  # pixels to each side of a point over which its colour is averaged


class GrabCutRefiner:
    """A `MaskRefiner` by colour alone (GrabCut, Rother et al. 2004), without a network."""

    def refine(self, clip: Clip, masks: MaskSequence, clicks: Sequence[MaskClick]) -> MaskSequence:
        """The masks with all clicks applied; in neighbouring frames the radius of a click shrinks with the distance.

        A frame's own clicks are applied after those propagated to it. InputError where a click is outside the clip.
        """
        refined = masks.masks.copy()
        points = [(click.at.frame, *click.at.pixel(clip.size), click.is_person) for click in clicks]
        for frame, *_ in points:
            if frame >= len(clip):
                raise InputError(f"A click is in frame {frame}; the clip has frames 0 to {len(clip) - 1}. Remove it.")
        tracker = PointTracker(clip.frames)
        for frame, x, y, is_person in points:
            for index, column, row, strength in tracker.track(frame, x, y):
                region = self.region(clip.frames[index], refined[index], column, row, is_person, strength)
                refined[index][region] = is_person
        for frame, x, y, is_person in points:
            region = self.region(clip.frames[frame], refined[frame], x, y, is_person)
            refined[frame][region] = is_person
        for frame, x, y, is_person in points:
            refined[frame][disc(refined[frame].shape, x, y, DOT)] = is_person
        return MaskSequence(refined, "user" if clicks else masks.origin)

    def region(self, frame: Frame, mask: Bools, x: int, y: int, is_person: bool, strength: float = 1.0) -> Bools:
        """What a click adds to a mask [H, W] or removes from it: the component around the click, bool [H, W]."""
        region = np.zeros_like(mask)
        if mask[y, x] == is_person:
            return region
        radius = click_radius(mask, strength)
        window = np.s_[max(0, y - radius) : y + radius + 1, max(0, x - radius) : x + radius + 1]
        near, dot, seed = (disc(mask.shape, x, y, size)[window] for size in (radius / max(mask.shape), DOT, SEED))
        old = mask[window]
        object_mask = _grab_cut(np.ascontiguousarray(frame[window]), old, near, seed, dot, is_person)
        region[window] = connected_to((dot | (object_mask & near)) & (old != is_person), min(x, radius), min(y, radius))
        return region


def click_radius(mask: Bools, strength: float) -> int:
    """The distance from a click up to which a mask [H, W] may change, in pixels."""
    return int(max(8, round(strength * CLICK_RADIUS * max(mask.shape))))


def connected_to(region: Bools, x: int, y: int) -> Bools:
    """The connected component of a region [H, W] at a pixel."""
    _, components = cv2.connectedComponents(region.astype(np.uint8))
    return np.asarray(components == components[y, x])


def _grab_cut(frame: Frame, old: Bools, near: Bools, seed: Bools, dot: Bools, is_person: bool) -> Bools:
    """The clicked object by GrabCut, bool [h, w]; the seeds are the click and, far from it, the old mask."""
    likely, sure = (cv2.GC_PR_FGD, cv2.GC_FGD) if is_person else (cv2.GC_PR_BGD, cv2.GC_BGD)
    labels = np.where(old, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[~near & (old == is_person)] = sure
    labels[seed], labels[dot] = likely, sure
    clicked = np.isin(labels, (likely, sure))
    if clicked.all():
        return clicked
    cv2.setRNGSeed(0)  # it initialises its colour models randomly
    cv2.grabCut(frame, labels, None, np.zeros((1, 65)), np.zeros((1, 65)), ITERATIONS, cv2.GC_INIT_WITH_MASK)
    return np.isin(labels, (likely, sure))


def disc(shape: tuple[int, ...], x: int, y: int, radius: float) -> Bools:
    """A disc around a pixel, its radius a fraction of the frame's longer side, bool [H, W]."""
    canvas = np.zeros(shape, np.uint8)
    cv2.circle(canvas, (x, y), max(1, round(radius * max(shape))), 1, thickness=-1)
    return np.asarray(canvas > 0)


@dataclass(frozen=True)
class PointTracker:
    """Tracks points through the frames uint8 [F, H, W, 3] of a clip by optical flow."""

    frames: Frames

    @cached_property
    def _greys(self) -> list[Frame]:
        return [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in self.frames]

    def track(self, frame: int, x: int, y: int) -> Iterator[tuple[int, int, int, float]]:
        """Yield (frame, x, y, strength) for the frames before and after; the strength falls from 1 towards 0.

        Stops where the point leaves the frame or its colour changes.
        """
        for step in (1, -1):
            point, colour = np.array([[[x, y]]], np.float32), self._colour(frame, x, y)
            for distance in range(1, TRACKED_FRAMES + 1):
                index = frame + step * distance
                if not 0 <= index < len(self.frames):
                    break
                point = self._follow(index - step, index, point)
                column, row = (round(float(part)) for part in point[0, 0])
                if not self._is_similar(colour, index, column, row):
                    break
                yield index, column, row, 1 - distance / (TRACKED_FRAMES + 1)

    def _follow(self, before: int, after: int, point: Floats) -> Floats:
        """The point in the next frame; unchanged where it can't be tracked, as on a plain wall."""
        moved, found = self._flow(before, after, point)
        back, found_back = self._flow(after, before, moved)
        return moved if found and found_back and np.abs(back - point).max() <= MAX_RETURN_ERROR else point

    def _flow(self, before: int, after: int, point: Floats) -> tuple[Floats, bool]:
        greys = self._greys
        moved, found, _ = cv2.calcOpticalFlowPyrLK(greys[before], greys[after], point, None, winSize=(WINDOW, WINDOW))
        return moved, bool(found[0, 0])

    def _is_similar(self, colour: Floats, frame: int, x: int, y: int) -> bool:
        height, width = self.frames.shape[1:3]
        is_inside = 0 <= x < width and 0 <= y < height
        return is_inside and float(np.abs(self._colour(frame, x, y) - colour).mean()) <= MAX_COLOUR_CHANGE

    def _colour(self, frame: int, x: int, y: int) -> Floats:
        rows, columns = (slice(max(0, middle - PATCH), middle + PATCH + 1) for middle in (y, x))
        return np.asarray(self.frames[frame, rows, columns].mean(axis=(0, 1)), np.float32)
