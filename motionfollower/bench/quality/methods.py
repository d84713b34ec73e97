"""What is measured: our edit of a clip, with estimated and with true inputs, and what it is compared with."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from motionfollower.backends import Backend
from motionfollower.bench.quality.memory import watching_memory
from motionfollower.bench.quality.rigid import move_rigidly
from motionfollower.bench.quality.subject import Subject
from motionfollower.camera import propose_camera
from motionfollower.case import read_case
from motionfollower.errors import InputError
from motionfollower.pipeline import edit, prepare
from motionfollower.types import EditInputs, SamplerSettings
from preprocess.background import fill_background
from preprocess.finish import finish
from preprocess.puppet import animate
from preprocess.types import Frames


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
class _Look:
    """What the estimators made of a clip and how long they took; `inputs` are None where they refuse it."""

    inputs: EditInputs | None
    seconds: float
    refusal: str = ""


def attempt_all(subject: Subject, backend: Backend) -> Iterator[Attempt]:
    """Every method's attempt; those that need poses share one look at the clips, whose time each is given."""
    look = _look_at(subject, backend)
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


def _look_at(subject: Subject, backend: Backend) -> _Look:
    """Prepare the two clips as `motionfollower prepare` does."""
    began = time.perf_counter()
    work = prepare(subject.source_path, subject.target_path, subject.preparing, backend.preprocessors)
    try:
        inputs = finish(work).inputs
    except InputError as error:
        return _Look(None, time.perf_counter() - began, str(error))
    return _Look(inputs, time.perf_counter() - began)


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
    camera = propose_camera(inputs).is_on
    return finish(edit(inputs, replace(settings, camera=camera), backend)).edited.frames


def _background(inputs: EditInputs) -> Frames:
    return np.stack(list(fill_background(inputs.source, inputs.source_masks)))


def _puppet(inputs: EditInputs) -> Frames:
    background = _background(inputs)
    known = inputs.source, inputs.source_poses, inputs.source_masks
    moved = animate(*known, inputs.aligned_poses, background, inputs.target_masks)
    return finish(moved).frames


def _timed(method: Method, work: Callable[[], Frames]) -> Attempt:
    began = time.perf_counter()
    with watching_memory() as peak:
        frames = work()
    return Attempt(method, frames, time.perf_counter() - began, peak.mb)
