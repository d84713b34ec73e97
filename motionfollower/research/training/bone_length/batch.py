"""Random windows of clips, augmented with the errors of pose estimators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d

from motionfollower.core.errors import InputError
from motionfollower.research.synthetic.export.dataset import Arrays
from preprocess.align.bone_lengths import bone_length_features
from preprocess.pose.skeleton import MIRRORED_BODY
from preprocess.types import Bools, Floats

WINDOWS = (6, 8, 12, 16, 24)  # frames
OFFSET = 0.04  # standard deviation of a joint's constant error in a clip, in torsos
JITTER = 0.03  # ... and of its error from frame to frame
JITTER_SIGMA = 0.7  # frames: temporal smoothing of the jitter
OUTLIERS = 0.01  # fraction of joints that are misplaced in a frame, ...
OUTLIER_OFFSET = 0.4  # ... with this standard deviation, in torsos
DROPOUT = 0.03  # fraction of joints that are missing from a frame, ...
CLIP_DROPOUT = 0.02  # ... and from a whole clip
CROPPED = 0.25  # fraction of clips whose lower part is out of the image


@dataclass(frozen=True)
class BoneLengthDataset:
    """Clips of one kind: joints f32 [N, F, 18, 2], seen bool [N, F, 18], lengths f32 [N, 8], drops f32 [N, F].

    Lengths and drops are those of `preprocess.align.bone_lengths.BoneLengths`, in pixels.
    """

    joints: Floats
    seen: Bools
    lengths: Floats
    drops: Floats

    def __len__(self) -> int:
        return len(self.joints)

    @classmethod
    def read(cls, files: Sequence[Path]) -> BoneLengthDataset:
        """The clips of several files; InputError where one is damaged."""
        try:
            parts = [dict(np.load(file)) for file in files]
            whole: Arrays = {field.name: np.concatenate([part[field.name] for part in parts]) for field in fields(cls)}
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise InputError(f"The samples can't be read: {error}. Delete them and run the command again.") from error
        return cls(**whole)

    def window(self, chosen: np.ndarray, frames: slice) -> BoneLengthDataset:
        """A range of frames of chosen clips."""
        joints, seen = self.joints[chosen, frames], self.seen[chosen, frames]
        return BoneLengthDataset(joints, seen, self.lengths[chosen], self.drops[chosen, frames])

    def inputs_and_targets(self) -> tuple[Floats, Floats]:
        """The network's inputs f32 [N, F, FEATURE_COUNT], and the logs of the true lengths f32 [N, LENGTH_COUNT]."""
        inputs, unit = bone_length_features(self.joints, self.seen)
        drop = np.median(self.drops, axis=1).clip(1)
        return inputs, np.log(np.column_stack([self.lengths, drop]) / unit[:, None]).astype(np.float32)


def draw_windows(
    clips: BoneLengthDataset, count: int, strength: float, random: np.random.Generator
) -> BoneLengthDataset:
    """Draw augmented windows of one length; `strength`, 0 to 1, scales the joints' offset and jitter."""
    longest = clips.joints.shape[1]
    frames = int(random.choice([number for number in WINDOWS if number <= longest]))
    first = int(random.integers(longest - frames + 1))
    drawn = clips.window(random.integers(len(clips), size=count), slice(first, first + frames))
    joints = drawn.joints + _jitter(drawn, strength, random) + _outliers(drawn, random)
    seen = drawn.seen & ~_dropped(drawn.seen.shape, random) & ~_cropped(joints, random)
    if random.random() < 0.5:
        joints, seen = joints[:, :, MIRRORED_BODY] * np.array([-1, 1], np.float32), seen[:, :, MIRRORED_BODY]
    return BoneLengthDataset(joints, seen, drawn.lengths, drawn.drops)


def _jitter(clips: BoneLengthDataset, strength: float, random: np.random.Generator) -> Floats:
    """A constant offset and smooth jitter per joint in pixels, scaled by a random factor per clip."""
    scale = strength * random.uniform(size=(len(clips), 1, 1, 1)) * clips.lengths[:, :1, None, None]
    offset = OFFSET * random.standard_normal((len(clips), 1, 18, 2))
    jitter = gaussian_filter1d(random.standard_normal(clips.joints.shape), JITTER_SIGMA, axis=1, mode="nearest")
    return np.asarray(scale * (offset + JITTER / jitter.std() * jitter), np.float32)


def _outliers(clips: BoneLengthDataset, random: np.random.Generator) -> Floats:
    """The offsets in pixels of joints that an estimator confuses with others; 0 for most."""
    is_outlier = random.random(clips.seen.shape) < OUTLIERS * random.uniform(0, 2, (len(clips), 1, 1))
    offsets = OUTLIER_OFFSET * random.standard_normal(clips.joints.shape)
    return np.asarray(is_outlier[..., None] * offsets * clips.lengths[:, :1, None, None], np.float32)


def _dropped(shape: tuple[int, ...], random: np.random.Generator) -> Bools:
    clips, _, joints = shape
    return np.asarray((random.random(shape) < DROPOUT) | (random.random((clips, 1, joints)) < CLIP_DROPOUT))


def _cropped(joints: Floats, random: np.random.Generator) -> Bools:
    """Joints below the lower edge of an image that ends somewhere between the chest and the feet."""
    rows = joints[..., 1]
    highest, lowest = rows.min(axis=(1, 2)), rows.max(axis=(1, 2))
    edge = highest + (lowest - highest) * random.uniform(0.4, 1.0, len(joints))
    is_cropped = random.random(len(joints)) < CROPPED
    return np.asarray((rows > edge[:, None, None]) & is_cropped[:, None, None])
