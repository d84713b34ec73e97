"""Evidence and true masks: a character known from one motion, foretold in another one."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.annotations.visibility import scores_of
from motionfollower.research.synthetic.export.clip import PERSON
from motionfollower.research.synthetic.export.dataset import Arrays, read_shard
from preprocess.segmentation.learned_target_mask import mask_net_inputs, view_mask
from preprocess.segmentation.limb_profile import LimbProfiles
from preprocess.segmentation.target_mask import mask_log_odds
from preprocess.types import Bools, Floats, MaskSequence, PoseSequence

WORKING_SIDE = 96  # pixels: masks don't need more
MISSING = 0.1  # share of the frames without a target mask
JITTER = 0.005  # of the picture's side: how far estimated joints are off
BUILD = (0.0, 0.8)  # how much of the difference between two characters' shapes the target's mask has
NUDGE = 0.006  # of the picture's side: how far a moved mask is off


@dataclass(frozen=True)
class MaskSamples:
    """Evidence int8 [N, 5, S, S] in units of 1/127, and how much of each pixel is the person, uint8 [N, S, S]."""

    evidence: NDArray[np.int8]
    truth: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.truth)

    def take(self, chosen: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Some samples: evidence f32 [n, 5, S, S] in [−1, 1] and truth f32 [n, S, S] in [0, 1]."""
        seen, true = self.evidence[chosen].astype(np.float32), self.truth[chosen].astype(np.float32)
        return seen / np.float32(127), true / np.float32(255)


def collect(shards: list[Path], seed: int) -> Generator[int, None, MaskSamples]:
    """Yield the number of shards done, return all their samples; each shard's neighbour plays the target."""
    random, parts = np.random.default_rng(seed), list[tuple[Floats, Floats]]()
    others = shards[1:] + shards[:1]
    for done, (shard, other) in enumerate(zip(shards, others, strict=True), 1):
        parts += _predict(read_shard(shard), read_shard(other), random)
        yield done
    seen, true = zip(*parts, strict=True)
    evidences = [np.rint(127 * part).astype(np.int8) for part in seen]
    return MaskSamples(np.stack(evidences), np.stack([np.rint(255 * part).astype(np.uint8) for part in true]))


def _predict(shard: Arrays, other: Arrays, random: np.random.Generator) -> list[tuple[Floats, Floats]]:
    """The samples of one character: each motion foretold from the one before."""
    samples = []
    stranger = LimbProfiles.measure(*_take(other, 0, random))
    motions = len(shard["joints"])
    for motion in range(motions):
        known = LimbProfiles.measure(*_take(shard, (motion + 1) % motions, random))
        poses, masks = _take(shard, motion, random)
        for body, scores, mask in zip(poses.body, poses.body_scores, masks.masks, strict=True):
            if mask.any() and (scores > 0).sum() > 3:
                moved = _as_another(mask, known, stranger, body, scores, random)
                seen, square = mask_net_inputs(known, body, scores, moved)
                samples.append((seen, view_mask(mask, square)))
    return samples


def _take(shard: Arrays, motion: int, random: np.random.Generator) -> tuple[PoseSequence, MaskSequence]:
    """A motion's poses, off as an estimator's are, and masks, in small pictures."""
    height, width = shard["alpha"].shape[2:]
    scale = WORKING_SIDE / max(width, height)
    size = round(scale * width), round(scale * height)
    joints = shard["joints"][motion] + random.normal(0, JITTER * max(width, height), shard["joints"][motion].shape)
    scores = np.stack([scores_of(judged) for judged in shard["visibility"][motion]])
    keypoints = np.where(scores[..., None] > 0, (joints + 0.5) * scale - 0.5, 0).astype(np.float32)
    alpha = [cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in shard["alpha"][motion]]
    return PoseSequence(keypoints, scores, size), MaskSequence(np.stack(alpha) >= PERSON, "truth")


def _as_another(
    mask: Bools,
    own: LimbProfiles,
    stranger: LimbProfiles,
    body: Floats,
    scores: Floats,
    random: np.random.Generator,
) -> Bools:
    """The mask as a target in that pose would have it: another's clothes and build, and not quite in place."""
    if random.random() < MISSING:
        return np.zeros_like(mask)
    size = mask.shape[1], mask.shape[0]
    change = stranger.log_odds(body, scores, size) - own.log_odds(body, scores, size)
    moved = (mask_log_odds(mask) + random.uniform(*BUILD) * change > 0).astype(np.uint8)
    step = random.normal(0, NUDGE * size[0], 2)
    shift = np.array([[1, 0, step[0]], [0, 1, step[1]]], np.float32)
    return np.asarray(cv2.warpAffine(moved, shift, size, borderMode=cv2.BORDER_REPLICATE) > 0)
