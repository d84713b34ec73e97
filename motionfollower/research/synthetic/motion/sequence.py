"""Sequences of any length: recordings, changed at random, and phrases, joined smoothly."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.motion.change import face_front, join, mirror, mix, resample, turn
from motionfollower.research.synthetic.motion.deepmimic import read_recording
from motionfollower.research.synthetic.motion.phrases import make_phrase
from motionfollower.research.synthetic.motion.types import Motion
from motionfollower.research.synthetic.seeds import Random

FPS = 30.0
OVERLAP = 0.5  # seconds in which one motion becomes the next
CANDIDATES = 8  # for each part of a sequence: the one is taken that stays nearest to the middle
PHRASE_SHARE = 0.6  # of all parts of a sequence
RECORDINGS = {
    "dance_a": 5, "dance_b": 6, "spin": 2, "walk": 2, "run": 1, "jump": 2, "kick": 2, "punch": 2, "spinkick": 1,
    "cartwheel": 0.3, "backflip": 0.15, "crawl": 0.1, "roll": 0.1, "getup_facedown": 0.1, "getup_faceup": 0.1,
}  # fmt: skip
"""How often each comes, against the others: dances often, what leaves the feet rarely."""
UPRIGHT = ("dance_a", "dance_b", "spin", "walk", "run", "jump", "kick", "punch", "spinkick")


def make_sequence(assets: Assets, seed: int, seconds: float) -> Motion:
    """A motion of `seconds` at 30 frames a second that mostly faces the camera; the same for the same seed."""
    parts = _draw_parts(assets, np.random.default_rng(seed))
    frames, motion = round(seconds * FPS) + 1, min(islice(parts, 2), key=_reach)
    while len(motion) < frames:
        longer = [join(motion, part, round(OVERLAP * FPS)) for part in islice(parts, CANDIDATES)]
        motion = min(longer, key=_reach)
    return face_front(resample(motion, FPS, frames))


def _reach(motion: Motion) -> float:
    """How far a motion strays from where it begins, in lengths of the leg."""
    return float(np.linalg.norm((motion.root - motion.root[0])[:, [0, 2]], axis=1).max())


def play_once(assets: Assets, name: str) -> Motion:
    """One recording as it is, once, at 30 frames a second."""
    recording = assets.recordings[name]
    seconds = (len(recording.frames) - 1) / recording.fps
    return face_front(resample(read_recording(recording), FPS, round(seconds * FPS) + 1))


def _draw_parts(assets: Assets, random: Random) -> Iterator[Motion]:
    while True:
        seconds = random.uniform(1.6, 4.0)
        if random.random() < PHRASE_SHARE:
            yield make_phrase(int(random.integers(2**31)), FPS, round(seconds * FPS))
        else:
            yield _draw_recording(assets, random, seconds)


def _draw_recording(assets: Assets, random: Random, seconds: float) -> Motion:
    """A stretch of a recording; one in three has the upper body of another, half are mirrored."""
    chances = np.array(list(RECORDINGS.values()))
    motion = _stretch(assets, random, str(random.choice(list(RECORDINGS), p=chances / chances.sum())), seconds)
    if random.random() < 1 / 3:
        motion = mix(_draw_upper(assets, random, seconds), motion)
    if random.random() < 0.5:
        motion = mirror(motion)
    return turn(face_front(motion), random.normal(0, 0.25))


def _draw_upper(assets: Assets, random: Random, seconds: float) -> Motion:
    if random.random() < 0.5:
        return make_phrase(int(random.integers(2**31)), FPS, round(seconds * FPS))
    return _stretch(assets, random, str(random.choice(UPRIGHT)), seconds)


def _stretch(assets: Assets, random: Random, name: str, seconds: float) -> Motion:
    """As much of a recording as lasts `seconds`, or all of it, at a speed of its own."""
    motion, speed = read_recording(assets.recordings[name]), random.uniform(0.75, 1.2)
    lasts = min(seconds, motion.seconds / speed)
    start = random.uniform(0, max(0.0, motion.seconds - lasts * speed))  # rounding may make it less than 0
    return resample(motion, FPS, max(round(lasts * FPS), round(2.5 * OVERLAP * FPS)), start, speed)
