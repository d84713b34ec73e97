"""Animate the puppet: the source person's limbs, warped to the aligned poses over the filled background."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from preprocess.progress import OnProgress, ignore_progress
from preprocess.puppet.fit_silhouette import fit_silhouette
from preprocess.puppet.frame_selection import LIMBS, Limb, select_frames
from preprocess.puppet.part_colours import PartColours
from preprocess.puppet.part_distances import PartView
from preprocess.puppet.parts import Pose, measure_build, size_ratio, split_poses
from preprocess.puppet.render import Canvas, find_bends
from preprocess.puppet.segment_parts import cut_out
from preprocess.puppet.transforms import bone_transforms
from preprocess.types import Bools, Clip, Floats, Frames, MaskSequence, PoseSequence

MAX_SOURCE_FRAMES = 64
"""Source frames, evenly spread over the clip, that limbs may be taken from."""

COLOUR_FRAMES = 16
"""About this many of them are used to measure the colours of the parts."""


@dataclass(frozen=True)
class Puppet:
    """The puppet's frames uint8 [F, H, W, 3], and the person's masks in them, bool [F, H, W]."""

    frames: Frames
    masks: Bools


def animate(
    source: Clip,
    source_poses: PoseSequence,
    source_masks: MaskSequence,
    aligned_poses: PoseSequence,
    background: Frames,
    target_masks: MaskSequence | None = None,
    on_progress: OnProgress = ignore_progress,
) -> Puppet:
    """The puppet in each frame over `background` uint8 [F, H, W, 3], the clip without the person.

    Each limb is taken from the source frame in which it is posed most alike; the outline is fitted to the target
    masks, if given. A frame without an aligned pose shows the person unmoved; for a clip without a usable person the
    puppet is its background. `on_progress` gets the number of frames done.
    """
    frames, masks = background.copy(), np.zeros(background.shape[:3], bool)
    sources = _SourceFrames(source, source_poses, source_masks)
    if sources.poses:
        aligned = split_poses(aligned_poses)
        ratio = size_ratio(sources.poses, aligned)
        choices = {
            limb: select_frames(limb, sources.poses, sources.faults(limb), aligned, sources.build.torso, ratio)
            for limb in LIMBS
        }
        for index, pose in enumerate(aligned):
            canvas = Canvas(background[index])
            for limb in LIMBS:
                _paint(canvas, limb, sources, choices[limb][index], pose, ratio)
            frames[index], masks[index] = canvas.result()
            if target_masks is not None:
                target = target_masks.masks[index]
                frames[index], masks[index] = fit_silhouette(frames[index], masks[index], target, background[index])
            on_progress(index + 1)
    return Puppet(frames, masks)


class _SourceFrames:
    """The source frames that limbs are taken from: their poses, and the person's layers."""

    def __init__(self, source: Clip, poses: PoseSequence, masks: MaskSequence) -> None:
        split = split_poses(poses)
        usable = [index for index, pose in enumerate(split) if pose.trusted.any() and masks.masks[index].any()]
        spread = np.linspace(0, len(usable) - 1, min(len(usable), MAX_SOURCE_FRAMES)).round().astype(int)
        chosen = [usable[position] for position in spread]
        self.build = measure_build(split, masks)
        self.poses = [split[index] for index in chosen]
        views = [PartView.of(source.frames[i], masks.masks[i], split[i], self.build) for i in chosen]
        colours = PartColours.measure(views[:: 1 + len(views) // COLOUR_FRAMES])
        cuts = zip(chosen, views, strict=True)
        self.layers = [cut_out(source.frames[i], masks.masks[i], view, colours) for i, view in cuts]

    def faults(self, limb: Limb) -> Floats:
        """The fraction of a limb that other parts overlap in each source frame, f32 [S]; 1 where it is missing."""
        parts = [[cutout[name] for name in limb.parts] for cutout in self.layers]
        return np.array(
            [np.mean([layer.overlap if layer else 1.0 for layer in layers]) for layers in parts], np.float32
        )


def _paint(canvas: Canvas, limb: Limb, sources: _SourceFrames, index: int, aligned: Pose, ratio: float) -> None:
    """Paint a limb as source frame `index` shows it, warped to the aligned pose."""
    pose, layers = sources.poses[index], sources.layers[index]
    transforms = bone_transforms(pose, aligned, ratio)
    for name in limb.parts:
        layer, transform = layers[name], transforms[name]
        if layer is not None and transform is not None:
            canvas.paint(layer, transform, find_bends(name, pose, transforms, sources.build))
