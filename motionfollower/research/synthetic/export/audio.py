"""A soft beat, so that a rendered clip has a sound: a low drum on each beat, a shaker between."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from preprocess.video.atomic import output_errors

RATE = 44100
DRUM, DRUM_DECAY = 70.0, 9.0  # Hz, 1/s
SHAKER_DECAY = 40.0  # 1/s
LOUD, SOFT = 0.35, 0.06  # of full scale


def synthesize_beat(seconds: float, per_minute: float) -> NDArray[np.int16]:
    """Samples int16 at 44.1 kHz, mono."""
    time = np.arange(round(seconds * RATE)) / RATE
    beats = time * per_minute / 60
    since, since_half = (beats % 1) * 60 / per_minute, ((beats + 0.5) % 1) * 60 / per_minute
    drum = LOUD * np.sin(2 * np.pi * DRUM * since) * np.exp(-DRUM_DECAY * since)
    hiss = np.random.default_rng(0).uniform(-1, 1, len(time))
    shaker = SOFT * hiss * np.exp(-SHAKER_DECAY * since_half)
    return np.asarray(np.rint(32767 * (drum + shaker)), np.int16)


def write_beat(path: Path, seconds: float, per_minute: float = 112.0) -> None:
    """Write the beat as a wav file; OutputError where it can't be written."""
    with output_errors(path), wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(synthesize_beat(seconds, per_minute).tobytes())
