"""Batches of random crops of random training clips; the same for the same seed, step and process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from motionfollower.core.errors import InputError
from motionfollower.research.synthetic.seeds import Random
from motionfollower.research.training.config import TrainConfig
from motionfollower.research.training.data.clip import TrainingClip, read_clip_file

CHANNEL_SWAP = 0.5  # probability that a clip's colour channels are permuted


@dataclass(frozen=True)
class Batch:
    """Videos [b, c, f, H, W]: `source`, `puppet` and `truth` in [−1, 1], `pose` in [0, 1].

    `person` [b, 1, f, H, W] is 1 where the person is in the source or the target, dilated; `token_mask` [b, 1, 1, 1]
    is 0 where the image tokens are dropped for CFG. `paths` are the clips' files.
    """

    source: Tensor
    puppet: Tensor
    truth: Tensor
    pose: Tensor
    person: Tensor
    token_mask: Tensor
    paths: tuple[Path, ...]

    def to(self, device: torch.device) -> Batch:
        """The batch with its tensors on a device."""
        names = ("source", "puppet", "truth", "pose", "person", "token_mask")
        return replace(self, **{name: getattr(self, name).to(device) for name in names})


def draw_batch(paths: Sequence[Path], config: TrainConfig, size: int, step: int, process: int = 0) -> Batch:
    """Draw the batch of a step: clips, frames, crops of `size` pixels a side, and colours.

    InputError names a clip's file that is damaged, or too small.
    """
    random = np.random.default_rng([config.seed, step, process])
    is_single = config.stage == "images" or random.random() < config.single_share
    frames = 1 if is_single else config.frames
    drawn = [paths[int(index)] for index in random.integers(len(paths), size=config.batch)]
    videos = [_video(_random_crop(read_clip_file(path), frames, size, random), config, random) for path in drawn]
    source, puppet, truth, pose, person = (torch.stack(parts) for parts in zip(*videos, strict=True))
    token_mask = torch.from_numpy(random.random((config.batch, 1, 1, 1)) >= config.token_drop).float()
    return Batch(source, puppet, truth, pose, person, token_mask, tuple(drawn))


def _random_crop(clip: TrainingClip, frames: int, size: int, random: Random) -> TrainingClip:
    """Consecutive frames of a clip, cropped to `size` pixels a side."""
    margin = clip.source.shape[1] - size
    if len(clip) < frames or margin < 0:
        raise InputError(
            f"The clips have {len(clip)} frames of {clip.source.shape[1]} pixels a side; training needs {frames} "
            f"frames of {size}. Make longer or larger clips, or train at another size."
        )
    start, x, y = (int(random.integers(most + 1)) for most in (len(clip) - frames, margin, margin))
    return clip.part(range(start, start + frames)).cropped(x, y, size)


def _video(clip: TrainingClip, config: TrainConfig, random: Random) -> tuple[Tensor, ...]:
    """Source, puppet, truth, pose and person [c, f, H, W] of one clip."""
    repeats = random.random() < config.repeat_share
    truth, pose = (clip.source, clip.source_pose) if repeats else (clip.truth, clip.target_pose)
    videos = torch.stack([_tensor(frames) for frames in (clip.source, clip.puppet, truth)])
    recoloured = 2 * _recolour(videos, config.colour, random) - 1
    person = torch.from_numpy(clip.source_mask | clip.target_mask)[:, None].float()
    dilated = F.max_pool2d(person, 9, stride=1, padding=4)
    return (*recoloured, _tensor(pose), dilated.transpose(0, 1))


def _tensor(frames: np.ndarray) -> Tensor:
    """Frames uint8 [F, H, W, 3] as a video [3, F, H, W] in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(frames)).permute(3, 0, 1, 2) / 255


def _recolour(videos: Tensor, strength: float, random: Random) -> Tensor:
    """Videos [n, 3, F, H, W] in [0, 1], all with one random gamma, channel gains and channel order."""
    order = random.permutation(3) if random.random() < CHANNEL_SWAP else np.arange(3)
    gains, gamma = 1 + strength * random.uniform(-1, 1, size=3), 1 + strength * random.uniform(-1, 1)
    return (videos[:, order] ** float(gamma) * torch.tensor(gains)[:, None, None, None].float()).clamp(0, 1)
