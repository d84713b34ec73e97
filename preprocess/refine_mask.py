"""Masks put right by clicks: GrabCut decides around each click what belongs to the clicked thing."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from preprocess.carry import Carrier
from preprocess.clicks import MaskClick
from preprocess.types import Bools, Clip, Frame, InputError, MaskSequence

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
                region = _region(clip.frames[index], refined[index], column, row, is_person, strength)
                refined[index][region] = is_person
        for frame, x, y, is_person in places:
            region = _region(clip.frames[frame], refined[frame], x, y, is_person)
            refined[frame][region] = is_person
        for frame, x, y, is_person in places:
            refined[frame][_disc(refined[frame].shape, x, y, DOT)] = is_person
        return MaskSequence(refined, "user" if clicks else masks.origin)


def _region(frame: Frame, mask: Bools, x: int, y: int, is_person: bool, strength: float = 1.0) -> Bools:
    """What a click adds to a mask [H, W], or takes from it: what hangs together with the place in its neighbourhood."""
    region = np.zeros_like(mask)
    if mask[y, x] == is_person:
        return region
    radius = max(8, round(strength * NEIGHBOURHOOD * max(mask.shape)))
    window = np.s_[max(0, y - radius) : y + radius + 1, max(0, x - radius) : x + radius + 1]
    near, dot, seed = (_disc(mask.shape, x, y, share)[window] for share in (radius / max(mask.shape), DOT, SEED))
    old = mask[window]
    found = _cut(np.ascontiguousarray(frame[window]), old, near, seed, dot, is_person)
    changed = (dot | (found & near)) & (old != is_person)
    _, parts = cv2.connectedComponents(changed.astype(np.uint8))
    region[window] = parts == parts[min(y, radius), min(x, radius)]
    return region


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


def _disc(shape: tuple[int, ...], x: int, y: int, share: float) -> Bools:
    """A disc around a place, its radius a share of the picture's longer side, bool [H, W]."""
    disc = np.zeros(shape, np.uint8)
    cv2.circle(disc, (x, y), max(1, round(share * max(shape))), 1, thickness=-1)
    return np.asarray(disc > 0)
