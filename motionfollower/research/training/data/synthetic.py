"""Training clips from shards of synthetic dancers: one motion of a dancer is the source, another the ground truth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from motionfollower.core.errors import InputError
from motionfollower.core.types import EditInputs
from motionfollower.research.synthetic.export.clip import RenderedClip
from motionfollower.research.synthetic.export.dataset import Arrays
from motionfollower.research.training.data.augment import jitter_poses, perturb_masks
from motionfollower.research.training.data.clip import TrainingClip
from motionfollower.research.training.data.reenactment import CLIP_FRAMES, Reenactment, draw_crop
from preprocess.background.fill import fill_background
from preprocess.pose.skeleton import MIRRORED


def clips_of_shard(arrays: Arrays, size: int, with_puppet: bool, seed: int) -> Iterator[TrainingClip]:
    """One clip of `size` pixels a side for each motion but one, which is the source of them all.

    The same for the same seed. InputError where the shard has a single motion, or too few frames.
    """
    motions, frames = arrays["images"].shape[:2]
    if motions < 2 or frames < CLIP_FRAMES:
        raise InputError(
            f"A shard needs at least 2 motions of {CLIP_FRAMES} frames to train on; this one has {motions}×{frames}."
        )
    random = np.random.default_rng([seed, 3])
    is_mirrored = bool(random.random() < 0.5)
    clips = [_rendered_clip(arrays, motion, is_mirrored) for motion in random.permutation(motions)]
    source = clips[0]
    poses, masks = jitter_poses(source.poses, random), perturb_masks(source.masks, random)
    background = np.stack(list(fill_background(source.clip, masks))) if with_puppet else None
    for target in clips[1:]:
        start = int(random.integers(frames - CLIP_FRAMES + 1))
        aligned, target_masks = jitter_poses(target.poses, random), perturb_masks(target.masks, random)
        inputs = EditInputs(source.clip, poses, aligned, masks, target_masks)
        reenactment = Reenactment(inputs, target.frames, background)
        if reenactment.shows_person(part := range(start, start + CLIP_FRAMES)):
            yield reenactment.clip(part, draw_crop(reenactment, part, size, random))


def _rendered_clip(arrays: Arrays, motion: int, is_mirrored: bool) -> RenderedClip:
    """One motion of a shard, optionally mirrored."""
    parts = {name: arrays[name][motion] for name in ("images", "alpha", "shade", "joints", "visibility")}
    plates = np.broadcast_to(arrays["plates"], parts["images"].shape)
    if is_mirrored:
        width = parts["images"].shape[2]
        parts |= {name: parts[name][:, :, ::-1] for name in ("images", "alpha", "shade")}
        plates = plates[:, :, ::-1]
        parts["joints"] = parts["joints"][:, MIRRORED]
        parts["joints"][..., 0] = width - 1 - parts["joints"][..., 0]
        parts["visibility"] = parts["visibility"][:, MIRRORED]
    return RenderedClip(
        fps=float(arrays["fps"]),
        frames=np.ascontiguousarray(parts["images"]),
        plates=plates,
        alpha=np.ascontiguousarray(parts["alpha"]),
        shade=np.ascontiguousarray(parts["shade"]),
        joints=parts["joints"],
        visibility=parts["visibility"],
    )
