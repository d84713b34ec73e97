"""Selfie segmentation by MediaPipe, which does not tell people apart; and the suppression of MediaPipe's messages."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from preprocess.types import Floats, Frame

SegmentPeople = Callable[[Frame], Floats]
"""From an image uint8 [H, W, 3] to each pixel's probability of being a person, f32 [H, W] in [0, 1]."""


@contextmanager
def open_selfie() -> Iterator[SegmentPeople]:
    """Open the segmentation network, about 6 ms per image on two cores; it is freed at the end of the block."""
    with quiet_start():
        from mediapipe.python.solutions.selfie_segmentation import SelfieSegmentation

        graph = SelfieSegmentation(model_selection=0)
        graph.process(np.zeros((64, 64, 3), np.uint8))  # loads the network, which is lazy

    def segment_people(image: Frame) -> Floats:
        with quiet_warnings():
            return np.array(graph.process(image).segmentation_mask, np.float32)

    with graph:
        yield segment_people


@contextmanager
def quiet_start() -> Iterator[None]:
    """Discard the process's stderr while a MediaPipe graph is imported and started."""
    stderr = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    os.close(null)
    try:
        with quiet_warnings():
            yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)


@contextmanager
def quiet_warnings() -> Iterator[None]:
    """Ignore Python warnings: MediaPipe calls deprecated protobuf functions for each image."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
