"""A first look at an edit, before its work: one frame of the person in the new pose, over the frame dimmed."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace

import numpy as np
from torch import Tensor

from motionfollower.core.config import SamplerSettings
from motionfollower.core.errors import SettingsError
from motionfollower.core.events import Event, Preview, Progress, StageStarted, progress_events
from motionfollower.core.types import EditInputs, EditResult, StepLosses
from motionfollower.pipeline.backends import Backend
from motionfollower.pipeline.crop import make_model_inputs, paste_back, paste_frame
from motionfollower.pipeline.encoding import LatentEncoder
from motionfollower.pipeline.memory.estimate import MemoryQuery
from motionfollower.pipeline.memory.retry import run_with_memory_plan
from motionfollower.pipeline.memory.strategy import Stage, on_device
from motionfollower.sampling.sampler import Step, sample
from preprocess.background.fill import fill_background
from preprocess.progress import run_to_end
from preprocess.puppet.animate import animate
from preprocess.types import Floats, Frame, Frames

PREVIEW_EVERY = 2
"""Steps from one preview to the next; the first step has one, and a sketch comes before all work."""


def edit(
    inputs: EditInputs, settings: SamplerSettings, backend: Backend, only: range | None = None
) -> Generator[Event, None, EditResult]:
    """Run the sampler on the inputs of an edit, or on some of their frames only: the others stay the source's.

    Where the networks look at a puppet it is made first. Closing the generator stops after the present step.
    SettingsError for a strength below 1 without a puppet to start from.
    """
    if settings.strength < 1 and not backend.networks.config.needs_puppet:
        raise SettingsError.out_of_range("strength", settings.strength, f"1 with the {backend.name} backend")
    frames = only or range(len(inputs.source))
    middle = (frames.start + frames.stop) // 2
    yield Preview(0, draft_frame(inputs, middle))
    puppet = (yield from _make_puppet(inputs)) if backend.networks.config.needs_puppet else None
    view = make_model_inputs(inputs, puppet, backend.view_size)
    coder = LatentEncoder(backend.networks, view.part(frames), backend.device)
    if puppet is not None:
        yield Preview(0, puppet[middle])

    def show(step: Step) -> Preview:
        """The middle frame as the step sees it."""
        with on_device(backend.networks, Stage.DECODING):
            picture = coder.decode_frame(step.x0, middle - frames.start)
        return Preview(step.index + 1, paste_frame(picture, middle, view, inputs, puppet))

    def run(settings: SamplerSettings) -> Generator[Event, None, tuple[Floats, tuple[StepLosses, ...]]]:
        latents, losses = yield from _sample(coder, settings, backend, show)
        yield StageStarted("decode")
        with on_device(backend.networks, Stage.DECODING):
            return coder.decode(latents), losses

    used, changes = settings, list[str]()
    if backend.plans_memory:
        job = MemoryQuery(backend.networks.config, len(frames), coder.size, backend.dtype, settings)
        (edited, losses), plan = yield from run_with_memory_plan(job, backend.networks, backend.device, run)
        used, changes = plan.applied(settings), plan.changes()
    else:
        edited, losses = yield from run(settings)
    pictures = paste_back(edited, frames.start, view, inputs, puppet)
    warnings = (*inputs.warnings, *_empty_regions(inputs, settings), *changes)
    reach = view.framing.coverage(inputs.source.size)
    return EditResult(replace(inputs.source, frames=pictures), used, losses, warnings, reach)


def _make_puppet(inputs: EditInputs) -> Generator[Event, None, Frames]:
    """The source person moved limb by limb to the aligned poses, over the filled background."""
    background = yield from progress_events("background", len(inputs.source), _fill_background(inputs))
    known = inputs.source, inputs.source_poses, inputs.source_masks
    moved = animate(*known, inputs.aligned_poses, background, inputs.target_masks)
    puppet = yield from progress_events("puppet", len(inputs.source), moved)
    return puppet.frames


def _fill_background(inputs: EditInputs) -> Generator[int, None, Frames]:
    """Fill the background frame by frame."""
    frames: Frames = np.empty_like(inputs.source.frames)
    for index, frame in enumerate(fill_background(inputs.source, inputs.source_masks)):
        frames[index] = frame
        yield index + 1
    return frames


def _sample(
    coder: LatentEncoder, settings: SamplerSettings, backend: Backend, show: Callable[[Step], Preview]
) -> Generator[Event, None, tuple[Tensor, tuple[StepLosses, ...]]]:
    """Run the sampler, show every second step; the clean latents, and the losses of the guided steps."""
    yield StageStarted("sampling", settings.steps)
    losses = []
    with on_device(backend.networks, Stage.ENCODING):
        conditioning = coder.conditioning()
    with closing(sample(backend.networks, conditioning, settings, coder.latent_size)) as steps:
        for step in steps:
            losses += [step.losses] if step.losses else []
            yield Progress("sampling", step.index + 1, step.total)
            if step.index % PREVIEW_EVERY == 0:
                yield show(step)
    return step.latents, tuple(losses)


def _empty_regions(inputs: EditInputs, settings: SamplerSettings) -> list[str]:
    """A sentence for each mask without a person, where score guidance had nothing to look at."""
    if settings.guidance.scale == 0:
        return []
    masks = (("source", inputs.source_masks.masks), ("target", inputs.target_masks.masks))
    empty = [(role, np.flatnonzero(~part.any(axis=(1, 2))).tolist()) for role, part in masks]
    return [f"The {role} mask is empty in frames {frames}: guidance left them out." for role, frames in empty if frames]


DIMMED = 0.4


def draft_frame(inputs: EditInputs, index: int) -> Frame:
    """Frame `index` with its own person moved limb by limb, uint8 [H, W, 3]; takes about a tenth of a second."""
    one = range(index, index + 1)
    frame = inputs.source.frames[index : index + 1]
    dimmed = np.asarray(frame * DIMMED, np.uint8)
    moving = animate(
        replace(inputs.source, frames=frame),
        inputs.source_poses.part(one),
        inputs.source_masks.part(one),
        inputs.aligned_poses.part(one),
        dimmed,
        inputs.target_masks.part(one),
    )
    picture: Frame = run_to_end(moving).frames[0]
    return picture
