"""What is measured: our edit of a clip, with estimated and with true inputs, and what it is compared with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum

import cv2
import numpy as np
import psutil

from motionfollower.core.config import SamplerSettings
from motionfollower.core.errors import InputError
from motionfollower.core.types import EditInputs
from motionfollower.io.case import read_case
from motionfollower.pipeline.backends import Backend
from motionfollower.pipeline.checks import propose_camera_mode
from motionfollower.pipeline.edit import edit
from motionfollower.pipeline.prepare import prepare
from motionfollower.research.evaluation.quality.subject import BenchmarkClip
from preprocess.background.fill import fill_background
from preprocess.pose.skeleton import L_HIP, L_SHOULDER, NECK, R_HIP, R_SHOULDER, SEEN
from preprocess.progress import run_to_end
from preprocess.puppet.animate import animate
from preprocess.types import Floats, Frames, PoseSequence


class Method(StrEnum):
    """One row of the benchmark, as quality.json names it."""

    OURS = "ours"
    OURS_TRUE_INPUTS = "ours_true_inputs"
    PUPPET = "puppet"
    RIGID = "rigid"
    COPY = "copy"
    NO_GUIDANCE = "no_guidance"


@dataclass(frozen=True)
class Attempt:
    """What a method made of a clip, uint8 [F, H, W, 3], in how many seconds and with how much memory.

    `refusal` says why it made nothing; the pictures are then those of the source.
    """

    method: Method
    frames: Frames
    seconds: float
    peak_mb: float
    refusal: str = ""


@dataclass(frozen=True)
class _Estimates:
    """What the estimators made of a clip and how long they took; `inputs` are None where they refuse it."""

    inputs: EditInputs | None
    seconds: float
    refusal: str = ""


def attempt_all(subject: BenchmarkClip, backend: Backend) -> Iterator[Attempt]:
    """Every method's attempt; those that need poses share one look at the clips, whose time each is given."""
    look = _estimate(subject, backend)
    for method in Method:
        if method is Method.COPY:
            yield _timed(method, lambda: subject.source.frames)
        elif method is Method.OURS_TRUE_INPUTS:
            yield _timed(method, lambda: _edit(read_case(subject.folder), backend, backend.settings))
        elif look.inputs is None:
            refused = _timed(method, lambda: subject.source.frames)
            yield replace(refused, seconds=look.seconds, refusal=look.refusal)
        else:
            done = _timed(method, _work(method, look.inputs, backend))
            yield replace(done, seconds=look.seconds + done.seconds)


def _estimate(subject: BenchmarkClip, backend: Backend) -> _Estimates:
    """Prepare the two clips as `motionfollower prepare` does."""
    began = time.perf_counter()
    work = prepare(subject.source_path, subject.target_path, subject.preparing, backend.preprocessors)
    try:
        inputs = run_to_end(work).inputs
    except InputError as error:
        return _Estimates(None, time.perf_counter() - began, str(error))
    return _Estimates(inputs, time.perf_counter() - began)


def _work(method: Method, inputs: EditInputs, backend: Backend) -> Callable[[], Frames]:
    """What a method does with estimated inputs."""
    if method is Method.PUPPET:
        return lambda: _puppet(inputs)
    if method is Method.RIGID:
        return lambda: move_rigidly(inputs, _background(inputs))
    if method is Method.NO_GUIDANCE:
        unguided = replace(backend.settings, guidance=replace(backend.settings.guidance, scale=0.0))
        return lambda: _edit(inputs, backend, unguided)
    return lambda: _edit(inputs, backend, backend.settings)


def _edit(inputs: EditInputs, backend: Backend, settings: SamplerSettings) -> Frames:
    """The edit as `motionfollower edit` makes it."""
    camera = propose_camera_mode(inputs).is_on
    return run_to_end(edit(inputs, replace(settings, camera=camera), backend)).edited.frames


def _background(inputs: EditInputs) -> Frames:
    return np.stack(list(fill_background(inputs.source, inputs.source_masks)))


def _puppet(inputs: EditInputs) -> Frames:
    background = _background(inputs)
    known = inputs.source, inputs.source_poses, inputs.source_masks
    moved = animate(*known, inputs.aligned_poses, background, inputs.target_masks)
    return run_to_end(moved).frames


def _timed(method: Method, work: Callable[[], Frames]) -> Attempt:
    began = time.perf_counter()
    with watching_memory() as peak:
        frames = work()
    return Attempt(method, frames, time.perf_counter() - began, peak.mb)


EVERY = 0.02  # seconds between looks
MIB = 2**20


@dataclass
class Peak:
    """The most memory so far, in MiB."""

    mb: float = 0.0


@contextmanager
def watching_memory() -> Generator[Peak, None, None]:
    """Watch this process's memory; the `Peak` is final when the block ends."""
    process, peak, over = psutil.Process(), Peak(), threading.Event()

    def look() -> None:
        while True:
            peak.mb = max(peak.mb, process.memory_info().rss / MIB)
            if over.wait(EVERY):
                return

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


TORSO = [NECK, R_SHOULDER, L_SHOULDER, R_HIP, L_HIP]


def move_rigidly(inputs: EditInputs, background: Frames) -> Frames:
    """Each frame's person over the background uint8 [F, H, W, 3]; where a torso isn't seen they stay unmoved."""
    size = inputs.source.size
    moved = background.copy()
    for index, frame in enumerate(inputs.source.frames):
        move = _move(inputs.source_poses, inputs.aligned_poses, index)
        person = cv2.warpAffine(frame, move, size, flags=cv2.INTER_LINEAR)
        mask = inputs.source_masks.masks[index].astype(np.float32)
        alpha = cv2.warpAffine(cv2.GaussianBlur(mask, (0, 0), 0.7), move, size)[..., None]
        moved[index] = np.rint(person * alpha + background[index] * (1 - alpha))
    return moved


def _move(source: PoseSequence, aligned: PoseSequence, index: int) -> Floats:
    """The scale and shift from one torso to another, f32 [2, 3]."""
    seen = (source.body_scores[index, TORSO] > SEEN) & (aligned.body_scores[index, TORSO] > SEEN)
    if seen.sum() < 2:
        return np.eye(2, 3, dtype=np.float32)
    here, there = source.body[index, TORSO][seen], aligned.body[index, TORSO][seen]
    scale = float(np.clip(_spread(there) / max(_spread(here), 1e-3), 0.5, 2))
    shift = there.mean(axis=0) - scale * here.mean(axis=0)
    return np.array([[scale, 0, shift[0]], [0, scale, shift[1]]], np.float32)


def _spread(points: Floats) -> float:
    return float(np.linalg.norm(points - points.mean(axis=0)))
