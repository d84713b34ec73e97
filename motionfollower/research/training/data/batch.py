"""A few training clips as the networks are fed; the same for the same seed, step and process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from motionfollower.core.errors import InputError
from motionfollower.research.training.config import TrainConfig
from motionfollower.research.training.data.clip import TrainingClip, read_clip_file

Random = np.random.Generator

SWAP_SHARE = 0.5  # of the clips have their colours' channels in another order


@dataclass(frozen=True)
class Batch:
    """Videos [b, c, f, H, W]: `source`, `puppet` and `truth` in [−1, 1], `pose` in [0, 1].

    `person` [b, 1, f, H, W] is 1 where the person is, was, or will be; `keeps` [b, 1, 1, 1] is 0 where the image
    tokens are dropped. `paths` are the files that it came from.
    """

    source: Tensor
    puppet: Tensor
    truth: Tensor
    pose: Tensor
    person: Tensor
    keeps: Tensor
    paths: tuple[Path, ...]

    def to(self, device: torch.device) -> Batch:
        """The same on a device."""
        names = ("source", "puppet", "truth", "pose", "person", "keeps")
        return replace(self, **{name: getattr(self, name).to(device) for name in names})


def draw_batch(paths: Sequence[Path], recipe: TrainConfig, size: int, step: int, process: int = 0) -> Batch:
    """The batch of a step: random clips, frames, places and colours. InputError names a file that is damaged."""
    random = np.random.default_rng([recipe.seed, step, process])
    is_single = recipe.stage == "images" or random.random() < recipe.single_share
    frames = 1 if is_single else recipe.frames
    drawn = [paths[int(index)] for index in random.integers(len(paths), size=recipe.batch)]
    videos = [_video(_cut(read_clip_file(path), frames, size, random), recipe, random) for path in drawn]
    source, puppet, truth, pose, person = (torch.stack(parts) for parts in zip(*videos, strict=True))
    keeps = torch.from_numpy(random.random((recipe.batch, 1, 1, 1)) >= recipe.token_drop).float()
    return Batch(source, puppet, truth, pose, person, keeps, tuple(drawn))


def _cut(clip: TrainingClip, frames: int, size: int, random: Random) -> TrainingClip:
    """Some consecutive frames, of a place that leaves `size` pixels a side."""
    room = clip.source.shape[1] - size
    if len(clip) < frames or room < 0:
        raise InputError(
            f"The clips have {len(clip)} frames of {clip.source.shape[1]} pixels a side; "
            f"{frames} frames of {size} are asked for. Make clips of another shape, or train another size."
        )
    start, x, y = (int(random.integers(most + 1)) for most in (len(clip) - frames, room, room))
    return clip.part(range(start, start + frames)).cropped(x, y, size)


def _video(clip: TrainingClip, recipe: TrainConfig, random: Random) -> tuple[Tensor, ...]:
    """Source, puppet, truth, pose and person [c, f, H, W] of one clip."""
    repeats = random.random() < recipe.repeat_share
    truth, pose = (clip.source, clip.source_pose) if repeats else (clip.truth, clip.target_pose)
    pictures = torch.stack([_tensor(frames) for frames in (clip.source, clip.puppet, truth)])
    recoloured = 2 * _recolour(pictures, recipe.colour, random) - 1
    person = torch.from_numpy(clip.source_mask | clip.target_mask)[:, None].float()
    wide = F.max_pool2d(person, 9, stride=1, padding=4)
    return (*recoloured, _tensor(pose), wide.transpose(0, 1))


def _tensor(frames: np.ndarray) -> Tensor:
    """Pictures uint8 [F, H, W, 3] as a video [3, F, H, W] in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(frames)).permute(3, 0, 1, 2) / 255


def _recolour(videos: Tensor, strength: float, random: Random) -> Tensor:
    """Videos [n, 3, F, H, W] in [0, 1], all with the same other gamma, gains and order of the channels."""
    order = random.permutation(3) if random.random() < SWAP_SHARE else np.arange(3)
    gains, gamma = 1 + strength * random.uniform(-1, 1, size=3), 1 + strength * random.uniform(-1, 1)
    return (videos[:, order] ** float(gamma) * torch.tensor(gains)[:, None, None, None].float()).clamp(0, 1)
