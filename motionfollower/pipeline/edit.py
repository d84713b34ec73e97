"""Edit prepared clips in memory: build the puppet, encode what the networks see, sample, decode, paste back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import numpy as np
from torch import Tensor

from motionfollower.core.config import SamplerSettings
from motionfollower.core.errors import SettingsError
from motionfollower.core.events import (
    Preview,
    Progress,
    Report,
    Stage,
    StageStarted,
    begin_stage,
    ignore_events,
)
from motionfollower.core.types import EditedClip, EditInputs, StepLosses
from motionfollower.pipeline.backends import Backend
from motionfollower.pipeline.encoding import LatentEncoder
from motionfollower.pipeline.memory.estimate import MemoryQuery
from motionfollower.pipeline.memory.retry import run_with_memory_plan
from motionfollower.pipeline.memory.strategy import NetworkStage, on_device
from motionfollower.pipeline.model_inputs import make_model_inputs, paste_back, paste_frame
from motionfollower.sampling.sampler import Step, sample
from preprocess.background.fill import fill_background
from preprocess.puppet.animate import animate
from preprocess.types import Floats, Frame, Frames
from preprocess.warnings import ClipWarning, Role, WarningCode

PREVIEW_EVERY = 2
"""Steps from one preview to the next; the first step has one, and a draft frame comes before all work."""

DRAFT_BRIGHTNESS = 0.4
"""Of the source behind the person in the draft frame, as a fraction."""


def edit(
    inputs: EditInputs,
    settings: SamplerSettings,
    backend: Backend,
    report: Report = ignore_events,
    *,
    only: range | None = None,
) -> EditedClip:
    """The edit of the inputs, or of the frames `only` of them: the others remain the source's.

    Backends whose networks see a puppet have it built first. SettingsError for a strength below 1 without a puppet to
    start from.
    """
    config = backend.networks.config
    if settings.strength < 1 and not config.needs_puppet:
        raise SettingsError.out_of_range("strength", settings.strength, f"1 with the {backend.name} backend")
    frames = only or range(len(inputs.source))
    middle = (frames.start + frames.stop) // 2
    report(Preview(0, draft_frame(inputs, middle)))
    puppet = _make_puppet(inputs, report) if config.needs_puppet else None
    model_inputs = make_model_inputs(inputs, puppet, backend.crop_size)
    encoder = LatentEncoder(backend.networks, model_inputs.part(frames), backend.device)
    if puppet is not None:
        report(Preview(0, puppet[middle]))

    def preview(step: Step) -> None:
        """Report the middle frame as the step predicts it."""
        with on_device(backend.networks, NetworkStage.DECODING):
            image = encoder.decode_frame(step.x0, middle - frames.start)
        report(Preview(step.index + 1, paste_frame(image, middle, model_inputs, inputs, puppet)))

    def sample_and_decode(settings: SamplerSettings) -> tuple[Floats, tuple[StepLosses, ...]]:
        latents, losses = _sample(encoder, settings, backend, preview, report)
        report(StageStarted(Stage.DECODE))
        with on_device(backend.networks, NetworkStage.DECODING):
            return encoder.decode(latents), losses

    changes: tuple[ClipWarning, ...] = ()
    if backend.plans_memory:
        query = MemoryQuery(config, len(frames), encoder.size, backend.dtype, settings)
        (decoded, losses), plan = run_with_memory_plan(
            query, backend.networks, backend.device, sample_and_decode, report
        )
        used, changes = plan.applied(settings), plan.warnings()
    else:
        (decoded, losses), used = sample_and_decode(settings), settings
    edited = replace(inputs.source, frames=paste_back(decoded, frames.start, model_inputs, inputs, puppet))
    warnings = (*_empty_mask_warnings(inputs, settings), *changes)
    return EditedClip(edited, used, losses, warnings, model_inputs.crop.coverage(inputs.source.size))


def draft_frame(inputs: EditInputs, index: int) -> Frame:
    """Frame `index` of the puppet over the dimmed source, uint8 [H, W, 3]; takes about a tenth of a second."""
    one = range(index, index + 1)
    frame = inputs.source.frames[index : index + 1]
    puppet = animate(
        replace(inputs.source, frames=frame),
        inputs.source_poses.part(one),
        inputs.source_masks.part(one),
        inputs.aligned_poses.part(one),
        np.asarray(frame * DRAFT_BRIGHTNESS, np.uint8),
        inputs.target_masks.part(one),
    )
    return np.asarray(puppet.frames[0])


def _make_puppet(inputs: EditInputs, report: Report) -> Frames:
    """The puppet in the aligned poses, over the background without the person."""
    count = len(inputs.source)
    background: Frames = np.empty_like(inputs.source.frames)
    on_progress = begin_stage(report, Stage.BACKGROUND, count)
    for index, frame in enumerate(fill_background(inputs.source, inputs.source_masks)):
        background[index] = frame
        on_progress(index + 1)
    person = inputs.source, inputs.source_poses, inputs.source_masks
    puppet_done = begin_stage(report, Stage.PUPPET, count)
    return animate(*person, inputs.aligned_poses, background, inputs.target_masks, puppet_done).frames


def _sample(
    encoder: LatentEncoder, settings: SamplerSettings, backend: Backend, preview: Callable[[Step], None], report: Report
) -> tuple[Tensor, tuple[StepLosses, ...]]:
    """Run the sampler, preview every second step; the clean latents, and the losses of the guided steps."""
    report(StageStarted(Stage.SAMPLING, settings.steps))
    losses = []
    with on_device(backend.networks, NetworkStage.ENCODING):
        conditioning = encoder.conditioning()
    with closing(sample(backend.networks, conditioning, settings, encoder.latent_size)) as steps:
        for step in steps:
            losses += [step.losses] if step.losses else []
            report(Progress(Stage.SAMPLING, step.index + 1, step.total))
            if step.index % PREVIEW_EVERY == 0:
                preview(step)
    return step.latents, tuple(losses)


def _empty_mask_warnings(inputs: EditInputs, settings: SamplerSettings) -> list[ClipWarning]:
    """A warning for each clip with empty masks, which score guidance skips."""
    if settings.guidance.scale == 0:
        return []
    masks: list[tuple[Role, np.ndarray]] = [
        ("source", inputs.source_masks.masks),
        ("target", inputs.target_masks.masks),
    ]
    empty = [(role, np.asarray(~frames.any(axis=(1, 2)))) for role, frames in masks]
    return [
        ClipWarning.of_frames(WarningCode.GUIDANCE_MASK_EMPTY, frames).about(role)
        for role, frames in empty
        if frames.any()
    ]
