"""The whole job: two clips become the inputs of an edit, and these become an edited clip.

Both are generators of events that return their result; closing one stops the work and frees everything.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
from torch import Tensor

from motionfollower.backends import Backend, Preprocessors, load_length_reader
from motionfollower.clicks import put_right
from motionfollower.encode import Coder
from motionfollower.errors import SettingsError
from motionfollower.events import counted
from motionfollower.fitting import run_in_memory
from motionfollower.needs import Job
from motionfollower.offload import Stage, at_work
from motionfollower.reading import find_cut, read_source, read_target, trim
from motionfollower.sampler.loop import Step, sample
from motionfollower.sketch import sketch
from motionfollower.types import (
    EditInputs,
    EditResult,
    Event,
    Prepared,
    PrepareSettings,
    Preview,
    Progress,
    SamplerSettings,
    StageStarted,
    StepLosses,
)
from motionfollower.view import make_view, paste_back, paste_frame
from preprocess.align import AlignMode, Following, ManualAlignment, Person, align, align_people
from preprocess.background import fill_background
from preprocess.probe import probe
from preprocess.puppet import animate
from preprocess.types import (
    Alignment,
    Clip,
    ClipPoint,
    Floats,
    Frames,
    InputError,
    MaskSequence,
    Observation,
)

PREVIEW_EVERY = 2
"""Steps from one preview to the next; the first step has one, and a sketch comes before all work."""


def prepare(
    source: Path, target: Path, settings: PrepareSettings, preprocessors: Preprocessors
) -> Generator[Event, None, Prepared]:
    """Read two clips, find their people, align the target's motion and foretell where the person will be.

    InputError where a clip can't be read or shows no person.
    """
    yield StageStarted("read")
    source_media, target_media = probe(source), probe(target)
    source_clip, origin = read_source(source_media, settings)
    target_clip = read_target(target_media, source_clip.size, source_clip.fps, len(source_clip))
    cuts = (
        *find_cut("Source", source_media, len(source_clip), source_clip.fps, settings.frames),
        *find_cut("Target", target_media, len(target_clip), target_clip.fps, len(source_clip)),
    )
    source_clip, target_clip, warnings = trim(source_clip, target_clip)
    source_seen, source_masks, source_doubts = yield from look_at(
        source_clip, "source", settings.source_person, preprocessors
    )
    target_seen, target_masks, target_doubts = yield from look_at(
        target_clip, "target", settings.target_person, preprocessors
    )
    yield StageStarted("align")
    doubts = (*cuts, *warnings, *source_doubts, *target_doubts)
    crowded = tuple(role for role, seen in (("source", source_seen), ("target", target_seen)) if seen.has_others)
    unmoved = EditInputs(source_clip, source_seen.poses, source_seen.poses, source_masks, source_masks, origin)
    prepared = Prepared(unmoved, target_clip, target_seen.poses, target_masks, {}, doubts, crowded)
    return realign(prepared, settings, preprocessors)


def realign(prepared: Prepared, settings: PrepareSettings, preprocessors: Preprocessors) -> Prepared:
    """The same clips with the masks put right by the clicks and the motion aligned anew; nobody is looked for again.

    InputError where a click is outside its clip.
    """
    prepared = put_right(prepared, settings, preprocessors.refiner)
    inputs, own = prepared.inputs, prepared.target_own_masks
    aligned = place(prepared, settings)
    predicted = preprocessors.target_masks.predict(inputs.source_poses, inputs.source_masks, aligned, own)
    warnings = (*prepared.doubts, *aligned.warnings)
    inputs = replace(inputs, aligned_poses=aligned.poses, target_masks=predicted, warnings=warnings)
    return replace(prepared, inputs=inputs, alignment=aligned.report)


def place(prepared: Prepared, settings: PrepareSettings) -> Alignment:
    """Where `settings` place the target's motion on the source: quick enough to follow a slider."""
    inputs = prepared.inputs
    seen = (inputs.source_poses, inputs.source_masks, prepared.target_poses, prepared.target_own_masks)
    return align(*seen, *_wishes(settings), load_length_reader())


def place_person(source: Person, target: Person, settings: PrepareSettings) -> Alignment:
    """The same for a person who was measured already."""
    return align_people(source, target, *_wishes(settings), load_length_reader())


def _wishes(settings: PrepareSettings) -> tuple[AlignMode, ManualAlignment, Following]:
    manual = ManualAlignment(settings.scale, *settings.shift, settings.foot_line)
    return settings.align, manual, Following(settings.parts, settings.blend)


def look_at(
    clip: Clip, role: str, person: ClipPoint | None, preprocessors: Preprocessors
) -> Generator[Event, None, tuple[Observation, MaskSequence, list[str]]]:
    """What is seen of the person at a point, the masks, and what is doubtful; sentences name the clip's role."""
    try:
        seen = yield from counted(f"{role} poses", len(clip), preprocessors.poses.estimate(clip, person))
        masks, doubts = yield from counted(f"{role} masks", len(clip), preprocessors.segmenter.segment(clip, seen))
    except InputError as error:
        raise InputError(f"The {role} clip: {error}") from error
    return seen, masks, [f"{role.capitalize()}: {warning}" for warning in (*seen.warnings, *doubts)]


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
    yield Preview(0, sketch(inputs, middle))
    puppet = (yield from _make_puppet(inputs)) if backend.networks.config.needs_puppet else None
    view = make_view(inputs, puppet, backend.view_size)
    coder = Coder(backend.networks, view.part(frames), backend.device)
    if puppet is not None:
        yield Preview(0, puppet[middle])

    def show(step: Step) -> Preview:
        """The middle frame as the step sees it."""
        with at_work(backend.networks, Stage.DECODING):
            picture = coder.decode_frame(step.x0, middle - frames.start)
        return Preview(step.index + 1, paste_frame(picture, middle, view, inputs, puppet))

    def run(settings: SamplerSettings) -> Generator[Event, None, tuple[Floats, tuple[StepLosses, ...]]]:
        latents, losses = yield from _sample(coder, settings, backend, show)
        yield StageStarted("decode")
        with at_work(backend.networks, Stage.DECODING):
            return coder.decode(latents), losses

    used, changes = settings, list[str]()
    if backend.plans_memory:
        job = Job(backend.networks.config, len(frames), coder.size, backend.dtype, settings)
        (edited, losses), plan = yield from run_in_memory(job, backend.networks, backend.device, run)
        used, changes = plan.applied(settings), plan.changes()
    else:
        edited, losses = yield from run(settings)
    pictures = paste_back(edited, frames.start, view, inputs, puppet)
    warnings = (*inputs.warnings, *_empty_regions(inputs, settings), *changes)
    reach = view.framing.coverage(inputs.source.size)
    return EditResult(replace(inputs.source, frames=pictures), used, losses, warnings, reach)


def _make_puppet(inputs: EditInputs) -> Generator[Event, None, Frames]:
    """The source person moved limb by limb to the aligned poses, over the filled background."""
    background = yield from counted("background", len(inputs.source), _collected(inputs))
    known = inputs.source, inputs.source_poses, inputs.source_masks
    moved = animate(*known, inputs.aligned_poses, background, inputs.target_masks)
    puppet = yield from counted("puppet", len(inputs.source), moved)
    return puppet.frames


def _collected(inputs: EditInputs) -> Generator[int, None, Frames]:
    """Fill the background frame by frame."""
    frames: Frames = np.empty_like(inputs.source.frames)
    for index, frame in enumerate(fill_background(inputs.source, inputs.source_masks)):
        frames[index] = frame
        yield index + 1
    return frames


def _sample(
    coder: Coder, settings: SamplerSettings, backend: Backend, show: Callable[[Step], Preview]
) -> Generator[Event, None, tuple[Tensor, tuple[StepLosses, ...]]]:
    """Run the sampler, show every second step; the clean latents, and the losses of the guided steps."""
    yield StageStarted("sampling", settings.steps)
    losses = []
    with at_work(backend.networks, Stage.ENCODING):
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
