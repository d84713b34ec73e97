"""The methods of the benchmark: our edit, with estimated and with true inputs, and the baselines; time and memory."""

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
from motionfollower.research.evaluation.quality.clip import BenchmarkClip
from preprocess.background.fill import fill_background
from preprocess.pose.skeleton import L_HIP, L_SHOULDER, NECK, R_HIP, R_SHOULDER, VISIBLE
from preprocess.puppet.animate import animate
from preprocess.types import Floats, Frames, PoseSequence

TORSO = [NECK, R_SHOULDER, L_SHOULDER, R_HIP, L_HIP]
MEMORY_INTERVAL = 0.02  # seconds between two samples of the memory
MIB = 2**20


class Method(StrEnum):
    """A method, by its name in quality.json."""

    OURS = "ours"
    OURS_TRUE_INPUTS = "ours_true_inputs"
    PUPPET = "puppet"
    RIGID = "rigid"
    COPY = "copy"
    NO_GUIDANCE = "no_guidance"


@dataclass(frozen=True)
class MethodEdit:
    """A method's edit of a clip, uint8 [F, H, W, 3], with its time and peak memory.

    `refusal` is the error where the method can't edit the clip; the frames are then those of the source.
    """

    method: Method
    frames: Frames
    seconds: float
    peak_mb: float
    refusal: str = ""


@dataclass(frozen=True)
class _Estimates:
    """The prepared inputs of a clip and the seconds that they took; None where `refusal` is the error."""

    inputs: EditInputs | None
    seconds: float
    refusal: str = ""


def run_methods(clip: BenchmarkClip, backend: Backend) -> Iterator[MethodEdit]:
    """Every method's edit. Methods with estimated inputs share one preparation, whose time counts for each."""
    estimates = _estimate(clip, backend)
    for method in Method:
        if method is Method.COPY:
            yield _timed(method, lambda: clip.source.frames)
        elif method is Method.OURS_TRUE_INPUTS:
            yield _timed(method, lambda: _edit(read_case(clip.folder), backend, backend.settings))
        elif estimates.inputs is None:
            refused = _timed(method, lambda: clip.source.frames)
            yield replace(refused, seconds=estimates.seconds, refusal=estimates.refusal)
        else:
            edited = _timed(method, _job(method, estimates.inputs, backend))
            yield replace(edited, seconds=estimates.seconds + edited.seconds)


def _estimate(clip: BenchmarkClip, backend: Backend) -> _Estimates:
    """Prepare the two clips as `motionfollower prepare` does."""
    began = time.perf_counter()
    try:
        prepared = prepare(clip.source_path, clip.target_path, clip.prepare_settings, backend.preprocessors)
    except InputError as error:
        return _Estimates(None, time.perf_counter() - began, str(error))
    return _Estimates(prepared.inputs, time.perf_counter() - began)


def _job(method: Method, inputs: EditInputs, backend: Backend) -> Callable[[], Frames]:
    """The function that makes a method's frames from estimated inputs."""
    if method is Method.PUPPET:
        return lambda: _puppet(inputs)
    if method is Method.RIGID:
        return lambda: move_rigidly(inputs, _background(inputs))
    if method is Method.NO_GUIDANCE:
        unguided = replace(backend.settings, guidance=replace(backend.settings.guidance, scale=0.0))
        return lambda: _edit(inputs, backend, unguided)
    return lambda: _edit(inputs, backend, backend.settings)


def _edit(inputs: EditInputs, backend: Backend, settings: SamplerSettings) -> Frames:
    """The frames that `motionfollower edit` makes."""
    camera = propose_camera_mode(inputs).is_on
    return edit(inputs, replace(settings, camera=camera), backend).edited.frames


def _background(inputs: EditInputs) -> Frames:
    return np.stack(list(fill_background(inputs.source, inputs.source_masks)))


def _puppet(inputs: EditInputs) -> Frames:
    background = _background(inputs)
    source = inputs.source, inputs.source_poses, inputs.source_masks
    return animate(*source, inputs.aligned_poses, background, inputs.target_masks).frames


def _timed(method: Method, job: Callable[[], Frames]) -> MethodEdit:
    began = time.perf_counter()
    with track_memory() as peak:
        frames = job()
    return MethodEdit(method, frames, time.perf_counter() - began, peak.mb)


@dataclass
class PeakRss:
    """The peak resident memory so far, in MiB."""

    mb: float = 0.0


@contextmanager
def track_memory() -> Generator[PeakRss, None, None]:
    """Sample this process's resident memory in a thread; the peak is final when the block ends."""
    process, peak, ended = psutil.Process(), PeakRss(), threading.Event()

    def sample() -> None:
        while True:
            peak.mb = max(peak.mb, process.memory_info().rss / MIB)
            if ended.wait(MEMORY_INTERVAL):
                return

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    try:
        yield peak
    finally:
        ended.set()
        sampler.join()


def move_rigidly(inputs: EditInputs, background: Frames) -> Frames:
    """Composite each frame's person, scaled and shifted by the torso, over the background uint8 [F, H, W, 3].

    Where the torso isn't visible, the person isn't moved.
    """
    size = inputs.source.size
    moved = background.copy()
    for index, frame in enumerate(inputs.source.frames):
        transform = _torso_transform(inputs.source_poses, inputs.aligned_poses, index)
        person = cv2.warpAffine(frame, transform, size, flags=cv2.INTER_LINEAR)
        mask = inputs.source_masks.masks[index].astype(np.float32)
        alpha = cv2.warpAffine(cv2.GaussianBlur(mask, (0, 0), 0.7), transform, size)[..., None]
        moved[index] = np.rint(person * alpha + background[index] * (1 - alpha))
    return moved


def _torso_transform(source: PoseSequence, aligned: PoseSequence, index: int) -> Floats:
    """The scale and shift from the source's torso to the aligned one, f32 [2, 3]."""
    seen = (source.body_scores[index, TORSO] > VISIBLE) & (aligned.body_scores[index, TORSO] > VISIBLE)
    if seen.sum() < 2:
        return np.eye(2, 3, dtype=np.float32)
    before, after = source.body[index, TORSO][seen], aligned.body[index, TORSO][seen]
    scale = float(np.clip(_spread(after) / max(_spread(before), 1e-3), 0.5, 2))
    shift = after.mean(axis=0) - scale * before.mean(axis=0)
    return np.array([[scale, 0, shift[0]], [0, scale, shift[1]]], np.float32)


def _spread(points: Floats) -> float:
    return float(np.linalg.norm(points - points.mean(axis=0)))
