"""Motion sequences of any length: randomly transformed recordings and procedural phrases, joined."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.motion.deepmimic import read_recording
from motionfollower.research.synthetic.motion.phrases import make_phrase
from motionfollower.research.synthetic.motion.transforms import face_front, join, mirror, mix, resample, rotate_yaw
from motionfollower.research.synthetic.motion.types import Motion
from motionfollower.research.synthetic.seeds import Random

FPS = 30.0
OVERLAP = 0.5  # seconds of cross-fade between two parts
CANDIDATES = 8  # drawn for each part of a sequence; the one that strays least is kept
PHRASE_FRACTION = 0.6  # of the parts of a sequence
RECORDING_WEIGHTS = {
    "dance_a": 5, "dance_b": 6, "spin": 2, "walk": 2, "run": 1, "jump": 2, "kick": 2, "punch": 2, "spinkick": 1,
    "cartwheel": 0.3, "backflip": 0.15, "crawl": 0.1, "roll": 0.1, "getup_facedown": 0.1, "getup_faceup": 0.1,
}  # fmt: skip
"""Sampling weights of the recordings."""
UPRIGHT_RECORDINGS = ("dance_a", "dance_b", "spin", "walk", "run", "jump", "kick", "punch", "spinkick")


def make_sequence(assets: Assets, seed: int, seconds: float) -> Motion:
    """Draw a motion of `seconds` at 30 FPS that mostly faces the camera; deterministic for a seed."""
    parts = _sample_parts(assets, np.random.default_rng(seed))
    frames, motion = round(seconds * FPS) + 1, min(islice(parts, 2), key=_travel)
    while len(motion) < frames:
        candidates = [join(motion, part, round(OVERLAP * FPS)) for part in islice(parts, CANDIDATES)]
        motion = min(candidates, key=_travel)
    return face_front(resample(motion, FPS, frames))


def _travel(motion: Motion) -> float:
    """Greatest distance of a motion from its start, in leg lengths."""
    return float(np.linalg.norm((motion.root - motion.root[0])[:, [0, 2]], axis=1).max())


def play_once(assets: Assets, name: str) -> Motion:
    """One unmodified recording at 30 FPS."""
    recording = assets.recordings[name]
    seconds = (len(recording.frames) - 1) / recording.fps
    return face_front(resample(read_recording(recording), FPS, round(seconds * FPS) + 1))


def _sample_parts(assets: Assets, random: Random) -> Iterator[Motion]:
    while True:
        seconds = random.uniform(1.6, 4.0)
        if random.random() < PHRASE_FRACTION:
            yield make_phrase(int(random.integers(2**31)), FPS, round(seconds * FPS))
        else:
            yield _sample_recording(assets, random, seconds)


def _sample_recording(assets: Assets, random: Random, seconds: float) -> Motion:
    """An excerpt of a recording; a third gets another motion's upper body, half are mirrored."""
    weights = np.array(list(RECORDING_WEIGHTS.values()))
    motion = _excerpt(assets, random, str(random.choice(list(RECORDING_WEIGHTS), p=weights / weights.sum())), seconds)
    if random.random() < 1 / 3:
        motion = mix(_sample_upper_body(assets, random, seconds), motion)
    if random.random() < 0.5:
        motion = mirror(motion)
    return rotate_yaw(face_front(motion), random.normal(0, 0.25))


def _sample_upper_body(assets: Assets, random: Random, seconds: float) -> Motion:
    if random.random() < 0.5:
        return make_phrase(int(random.integers(2**31)), FPS, round(seconds * FPS))
    return _excerpt(assets, random, str(random.choice(UPRIGHT_RECORDINGS)), seconds)


def _excerpt(assets: Assets, random: Random, name: str, seconds: float) -> Motion:
    """A random excerpt of at most `seconds` of a recording, at a random speed."""
    motion, speed = read_recording(assets.recordings[name]), random.uniform(0.75, 1.2)
    duration = min(seconds, motion.seconds / speed)
    start = random.uniform(0, max(0.0, motion.seconds - duration * speed))  # rounding may make the difference negative
    return resample(motion, FPS, max(round(duration * FPS), round(2.5 * OVERLAP * FPS)), start, speed)
