"""The puppet: the source person cut limb by limb and moved to the aligned poses, over the filled background."""

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
from preprocess.puppet.transforms import move_bones
from preprocess.types import Bools, Clip, Floats, Frames, MaskSequence, PoseSequence

MODELS = 64
"""Source frames, evenly spread over the clip, that limbs may be taken from."""

PALETTE = 16
"""About as many of them tell what the person's parts look like."""


@dataclass(frozen=True)
class Puppet:
    """The puppet's pictures uint8 [F, H, W, 3], and where in them the person is, bool [F, H, W]."""

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

    `on_progress` gets the number of frames done.

    Each limb is taken from the source frame in which it is posed most alike; the outline is brought to the target
    masks, where there are some. A frame without an aligned pose shows the person unmoved; a clip without a usable
    person is its background.
    """
    frames, masks = background.copy(), np.zeros(background.shape[:3], bool)
    models = _Models(source, source_poses, source_masks)
    if models.poses:
        aligned = split_poses(aligned_poses)
        ratio = size_ratio(models.poses, aligned)
        choices = {
            limb: select_frames(limb, models.poses, models.faults(limb), aligned, models.build.torso, ratio)
            for limb in LIMBS
        }
        for index, pose in enumerate(aligned):
            canvas = Canvas(background[index])
            for limb in LIMBS:
                _paint(canvas, limb, models, choices[limb][index], pose, ratio)
            frames[index], masks[index] = canvas.finished()
            if target_masks is not None:
                wanted = target_masks.masks[index]
                frames[index], masks[index] = fit_silhouette(frames[index], masks[index], wanted, background[index])
            on_progress(index + 1)
    return Puppet(frames, masks)


class _Models:
    """The source frames that limbs are taken from: their poses, and the person cut into layers."""

    def __init__(self, source: Clip, poses: PoseSequence, masks: MaskSequence) -> None:
        split = split_poses(poses)
        usable = [index for index, pose in enumerate(split) if pose.trusted.any() and masks.masks[index].any()]
        spread = np.linspace(0, len(usable) - 1, min(len(usable), MODELS)).round().astype(int)
        chosen = [usable[place] for place in spread]
        self.build = measure_build(split, masks)
        self.poses = [split[index] for index in chosen]
        views = [PartView.of(source.frames[i], masks.masks[i], split[i], self.build) for i in chosen]
        colours = PartColours.measure(views[:: 1 + len(views) // PALETTE])
        cuts = zip(chosen, views, strict=True)
        self.layers = [cut_out(source.frames[i], masks.masks[i], view, colours) for i, view in cuts]

    def faults(self, limb: Limb) -> Floats:
        """How badly each model shows a limb, f32 [S]: the share that others cross, 1 where it is out of sight."""
        parts = [[cutout[name] for name in limb.parts] for cutout in self.layers]
        return np.array([np.mean([layer.hidden if layer else 1.0 for layer in found]) for found in parts], np.float32)


def _paint(canvas: Canvas, limb: Limb, models: _Models, model: int, aligned: Pose, ratio: float) -> None:
    """Paint a limb as one model shows it, moved to the aligned pose."""
    pose, layers = models.poses[model], models.layers[model]
    moves = move_bones(pose, aligned, ratio)
    for name in limb.parts:
        layer, move = layers[name], moves[name]
        if layer is not None and move is not None:
            canvas.paint(layer, move, find_bends(name, pose, moves, models.build))
