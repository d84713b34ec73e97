"""The config of a tiny model, and clips of moving figures to train it on."""

from pathlib import Path
from typing import Any

import numpy as np

from motionfollower.research.training.data.clip import TrainingClip, write_clip
from motionfollower.research.training.data.dataset import DONE, RECORD, clip_path
from preprocess.pose.render import draw_poses
from tests.preprocess.figures import capsules, raise_arms, standing

SIZE, FRAMES = 40, 4

MODEL_CONFIG: dict[str, Any] = {
    "unet": {
        "in_channels": 66,
        "out_channels": 66,
        "block_out_channels": [32, 32],
        "layers_per_block": 1,
        "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D"],
        "up_block_types": ["CrossAttnUpBlock2D", "UpBlock2D"],
        "attention_head_dim": 2,
        "cross_attention_dim": 16,
        "norm_num_groups": 8,
        "norm_eps": 1e-05,
        "use_motion_module": False,
    },
    "appearance_adapter": {"pixel_unshuffle": 4, "cin": 96, "channels": [32, 32], "nums_rb": 1},
    "pose_guider": {"conditioning_embedding_channels": 32, "block_out_channels": [8, 8, 8]},
    "image_encoder": {
        "hidden_size": 16,
        "intermediate_size": 16,
        "projection_dim": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "image_size": 32,
        "patch_size": 16,
        "hidden_act": "quick_gelu",
        "normalize": False,
    },
    "codec": {"layer": 4},
    "scheduler": {"beta_start": 0.00085, "beta_end": 0.012},
    "prediction_type": "sample",
    "size": [32, 32],
}


def with_motion(config: dict[str, Any]) -> dict[str, Any]:
    """The same model with motion modules at every level."""
    motion = {"use_motion_module": True, "motion_module_resolutions": [1, 2]}
    return {**config, "unet": {**config["unet"], **motion}}


def make_clip(seed: int) -> TrainingClip:
    """A figure of one colour on another who raises the arms; the puppet is the ground truth with noise."""
    random = np.random.default_rng(seed)
    size = (SIZE, SIZE)
    source = standing(FRAMES, size, 34, (19, 38))
    target = raise_arms(source, slice(0, FRAMES))
    masks = [capsules(poses, 3).masks for poses in (source, target)]
    wall, person = random.integers(256, size=(2, 3)).astype(np.uint8)
    before, after = (np.where(mask[..., None], person, wall) for mask in masks)
    puppet = np.clip(after.astype(int) + random.integers(-20, 20, size=after.shape), 0, 255).astype(np.uint8)
    return TrainingClip(before, puppet, after, draw_poses(source), draw_poses(target), *masks)


def write_set(folder: Path, sources: int) -> Path:
    """A set of one clip per source, as `train clips` writes it."""
    folder.mkdir()
    (folder / RECORD).write_text(f'{{"size": {SIZE}, "with_puppet": true}}')
    for seed in range(sources):
        write_clip(clip_path(folder, f"{seed:03d}", 0), make_clip(seed))
        (folder / f"{seed:03d}{DONE}").write_text("1")
    return folder
