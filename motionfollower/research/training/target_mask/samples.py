"""Samples of the target-mask network: a character measured in one motion, and its true masks in another one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.annotations.visibility import scores_of
from motionfollower.research.synthetic.export.clip import PERSON
from motionfollower.research.synthetic.export.dataset import Arrays, read_shard
from preprocess.progress import OnProgress, ignore_progress
from preprocess.segmentation.learned_target_mask import crop_mask, mask_net_inputs
from preprocess.segmentation.limb_profile import LimbProfiles
from preprocess.segmentation.target_mask import mask_log_odds
from preprocess.types import Bools, Floats, MaskSequence, PoseSequence

WORKING_SIDE = 96  # pixels of the longer side, enough for masks
MISSING = 0.1  # probability that a frame has no target mask
JITTER = 0.005  # standard deviation of a joint's position, as a fraction of the image's longer side
BUILD = (0.0, 0.8)  # range of how far the target's mask has the other character's shape
SHIFT = 0.006  # standard deviation of a target mask's shift, as a fraction of the image's width


@dataclass(frozen=True)
class MaskSamples:
    """Network inputs int8 [N, 5, S, S] in units of 1/127, and the true person alpha uint8 [N, S, S]."""

    inputs: NDArray[np.int8]
    truth: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.truth)

    def take(self, chosen: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Chosen samples: inputs f32 [n, 5, S, S] in [−1, 1] and truth f32 [n, S, S] in [0, 1]."""
        inputs, truth = self.inputs[chosen].astype(np.float32), self.truth[chosen].astype(np.float32)
        return inputs / np.float32(127), truth / np.float32(255)


def collect(shards: list[Path], seed: int, on_progress: OnProgress = ignore_progress) -> MaskSamples:
    """Make the samples of all shards; the character of the next shard plays the target. Reports the shards done."""
    random, samples = np.random.default_rng(seed), list[tuple[Floats, Floats]]()
    others = shards[1:] + shards[:1]
    for done, (shard, other) in enumerate(zip(shards, others, strict=True), 1):
        samples += _samples_of(read_shard(shard), read_shard(other), random)
        on_progress(done)
    inputs, truth = zip(*samples, strict=True)
    quantised = [np.rint(127 * part).astype(np.int8) for part in inputs]
    return MaskSamples(np.stack(quantised), np.stack([np.rint(255 * part).astype(np.uint8) for part in truth]))


def _samples_of(shard: Arrays, other: Arrays, random: np.random.Generator) -> list[tuple[Floats, Floats]]:
    """The samples of one character: each motion predicted from the limb profiles of the next one."""
    samples = []
    target_profiles = LimbProfiles.measure(*_estimates(other, 0, random))
    motions = len(shard["joints"])
    for motion in range(motions):
        source_profiles = LimbProfiles.measure(*_estimates(shard, (motion + 1) % motions, random))
        poses, masks = _estimates(shard, motion, random)
        for body, scores, mask in zip(poses.body, poses.body_scores, masks.masks, strict=True):
            if mask.any() and (scores > 0).sum() > 3:
                target_mask = _target_mask(mask, source_profiles, target_profiles, body, scores, random)
                inputs, square = mask_net_inputs(source_profiles, body, scores, target_mask)
                samples.append((inputs, crop_mask(mask, square)))
    return samples


def _estimates(shard: Arrays, motion: int, random: np.random.Generator) -> tuple[PoseSequence, MaskSequence]:
    """A motion's poses, with an estimator's jitter, and its masks, at the working size."""
    height, width = shard["alpha"].shape[2:]
    scale = WORKING_SIDE / max(width, height)
    size = round(scale * width), round(scale * height)
    joints = shard["joints"][motion] + random.normal(0, JITTER * max(width, height), shard["joints"][motion].shape)
    scores = np.stack([scores_of(visibility) for visibility in shard["visibility"][motion]])
    keypoints = np.where(scores[..., None] > 0, (joints + 0.5) * scale - 0.5, 0).astype(np.float32)
    alpha = [cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in shard["alpha"][motion]]
    return PoseSequence(keypoints, scores, size), MaskSequence(np.stack(alpha) >= PERSON, "truth")


def _target_mask(
    mask: Bools,
    source: LimbProfiles,
    target: LimbProfiles,
    body: Floats,
    scores: Floats,
    random: np.random.Generator,
) -> Bools:
    """The mask of another person in the same pose: reshaped by their limb profiles and shifted a little, or empty."""
    if random.random() < MISSING:
        return np.zeros_like(mask)
    size = mask.shape[1], mask.shape[0]
    change = target.log_odds(body, scores, size) - source.log_odds(body, scores, size)
    reshaped = (mask_log_odds(mask) + random.uniform(*BUILD) * change > 0).astype(np.uint8)
    offset = random.normal(0, SHIFT * size[0], 2)
    shift = np.array([[1, 0, offset[0]], [0, 1, offset[1]]], np.float32)
    return np.asarray(cv2.warpAffine(reshaped, shift, size, borderMode=cv2.BORDER_REPLICATE) > 0)
