"""What the network is shown in a step: stretches of clips, with the mistakes that estimators make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d

from motionfollower.core.errors import InputError
from motionfollower.research.synthetic.export.dataset import Arrays
from preprocess.align.bone_lengths import describe_bone_lengths
from preprocess.pose.skeleton import MIRRORED_BODY
from preprocess.types import Bools, Floats

FRAMES = (6, 8, 12, 16, 24)  # of a clip that are shown
PLACE = 0.04  # of the torso: how far a joint is off throughout a clip, at worst
JITTER = 0.03  # ... and from frame to frame
MEMORY = 0.7  # frames over which the latter lasts
BLUNDER = 0.01  # share of the joints that are far off for a frame, ...
BLUNDERED = 0.4  # ... by so much of the torso
LOST = 0.03  # share of the joints that are missing from a frame, ...
NEVER_SEEN = 0.02  # ... and from all of a clip
CUT = 0.25  # share of the clips whose lower part is cut off


@dataclass(frozen=True)
class BoneLengthDataset:
    """Clips of one kind: joints f32 [N, F, 18, 2], seen bool [N, F, 18], lengths f32 [N, 8], drops f32 [N, F]."""

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
            raise InputError(f"The samples can't be read: {error}. Remove them and start again.") from error
        return cls(**whole)

    def shown(self, chosen: np.ndarray, frames: slice) -> BoneLengthDataset:
        """Some frames of some clips."""
        joints, seen = self.joints[chosen, frames], self.seen[chosen, frames]
        return BoneLengthDataset(joints, seen, self.lengths[chosen], self.drops[chosen, frames])

    def features(self) -> tuple[Floats, Floats]:
        """What the network is shown of each clip, f32 [N, F, C], and what it should say, f32 [N, COUNT]."""
        shown, unit = describe_bone_lengths(self.joints, self.seen)
        drop = np.median(self.drops, axis=1).clip(1)
        return shown, np.log(np.column_stack([self.lengths, drop]) / unit[:, None]).astype(np.float32)


def draw(clips: BoneLengthDataset, count: int, mistakes: float, random: np.random.Generator) -> BoneLengthDataset:
    """Stretches of clips drawn at random; `mistakes` says how great they are, 0 to 1."""
    most = clips.joints.shape[1]
    frames = int(random.choice([number for number in FRAMES if number <= most]))
    first = int(random.integers(most - frames + 1))
    drawn = clips.shown(random.integers(len(clips), size=count), slice(first, first + frames))
    joints = drawn.joints + _errors(drawn, mistakes, random) + _blunders(drawn, random)
    seen = drawn.seen & ~_lost(drawn.seen.shape, random) & ~_cut(joints, random)
    if random.random() < 0.5:
        joints, seen = joints[:, :, MIRRORED_BODY] * np.array([-1, 1], np.float32), seen[:, :, MIRRORED_BODY]
    return BoneLengthDataset(joints, seen, drawn.lengths, drawn.drops)


def _errors(clips: BoneLengthDataset, mistakes: float, random: np.random.Generator) -> Floats:
    """How far joints are off, in pixels, by so much as is drawn for each clip."""
    size = mistakes * random.uniform(size=(len(clips), 1, 1, 1)) * clips.lengths[:, :1, None, None]
    place = PLACE * random.standard_normal((len(clips), 1, 18, 2))
    jitter = gaussian_filter1d(random.standard_normal(clips.joints.shape), MEMORY, axis=1, mode="nearest")
    return np.asarray(size * (place + JITTER / jitter.std() * jitter), np.float32)


def _blunders(clips: BoneLengthDataset, random: np.random.Generator) -> Floats:
    """How far the joints are off that an estimator takes for others, in pixels; 0 for most."""
    is_wrong = random.random(clips.seen.shape) < BLUNDER * random.uniform(0, 2, (len(clips), 1, 1))
    places = BLUNDERED * random.standard_normal(clips.joints.shape)
    return np.asarray(is_wrong[..., None] * places * clips.lengths[:, :1, None, None], np.float32)


def _lost(shape: tuple[int, ...], random: np.random.Generator) -> Bools:
    clips, _, joints = shape
    return np.asarray((random.random(shape) < LOST) | (random.random((clips, 1, joints)) < NEVER_SEEN))


def _cut(joints: Floats, random: np.random.Generator) -> Bools:
    """Joints that a picture leaves out which ends somewhere between the chest and the feet."""
    rows = joints[..., 1]
    highest, lowest = rows.min(axis=(1, 2)), rows.max(axis=(1, 2))
    edge = highest + (lowest - highest) * random.uniform(0.4, 1.0, len(joints))
    is_cut = random.random(len(joints)) < CUT
    return np.asarray((rows > edge[:, None, None]) & is_cut[:, None, None])
