"""Training sets: one compressed shard per character, with several motions before one camera; resumable.

A shard `<seed>.npz` holds, for M motions of F frames:
images uint8 [M, F, H, W, 3]   alpha, shade uint8 [M, F, H, W]        plates uint8 [F or 1, H, W, 3]
joints f32 [M, F, 128, 2]      visibility uint8 [M, F, 128]           fps f32
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from motionfollower.core.errors import InputError, SettingsError
from motionfollower.core.parallel import run_missing
from motionfollower.io.dataset_dir import open_dataset_dir
from motionfollower.research.synthetic.assets.store import load_assets
from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.export.clip import RenderedClip
from motionfollower.research.synthetic.motion.sequence import make_sequence
from motionfollower.research.synthetic.scene.sampling import sample_scene
from motionfollower.research.synthetic.scene.scene import Renderer, Scene
from motionfollower.research.synthetic.scene.shot import Shot, plan_shots
from preprocess.progress import OnProgress, ignore_progress
from preprocess.types import Size
from preprocess.video.atomic import atomic_path, output_errors

RECORD = "dataset.json"
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class DatasetConfig:
    """Shape of every shard of a training set: image size, number of motions, frames per motion, frame rate."""

    size: Size = (144, 144)
    motions: int = 4
    frames: int = 10
    fps: float = 8.0

    def __post_init__(self) -> None:
        if not all(32 <= side <= 1024 for side in self.size):
            raise SettingsError.out_of_range("size", self.size, "32 to 1024 pixels a side")
        if not 1 <= self.motions <= 32:
            raise SettingsError.out_of_range("motions", self.motions, "1 to 32")
        if not 1 <= self.frames <= 600:
            raise SettingsError.out_of_range("frames", self.frames, "1 to 600")
        if not 1 <= self.fps <= 60:
            raise SettingsError.out_of_range("fps", self.fps, "1 to 60")

    def to_json(self) -> str:
        """The content of dataset.json."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def of(cls, folder: Path) -> DatasetConfig:
        """Read the config of a training set; InputError if the folder is not one."""
        try:
            fields = json.loads((folder / RECORD).read_text(encoding="utf-8"))
            return cls(**{**fields, "size": tuple(fields["size"])})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise InputError(f"{folder} is not a training set: {error}. Render one with `dancers dataset`.") from error


def render_dataset(
    folder: Path, seeds: range, config: DatasetConfig, jobs: int, on_progress: OnProgress = ignore_progress
) -> None:
    """Render the missing shards of the seeds in `jobs` processes; report how many of all seeds are done.

    Raises InputError if the assets are missing or the folder has another config, OutputError if it can't be written.
    """
    load_assets()
    open_dataset_dir(folder, RECORD, config.to_json(), otherwise="a training set with another config")
    missing = [seed for seed in seeds if not is_whole(shard_path(folder, seed))]
    tasks = [partial(render_shard, shard_path(folder, seed), seed, config) for seed in missing]
    run_missing(jobs, tasks, len(seeds), on_progress)


def shard_path(folder: Path, seed: int) -> Path:
    """The path of a seed's shard."""
    return folder / f"{seed:06d}.npz"


def is_whole(path: Path) -> bool:
    """Whether a shard exists and is undamaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (OSError, zipfile.BadZipFile, EOFError):
        return False


def read_shard(path: Path) -> Arrays:
    """Read the arrays of a shard; InputError if it is missing or damaged."""
    if not is_whole(path):
        raise InputError(f"The shard {path} is missing or damaged. Render the set again: undamaged shards are kept.")
    with np.load(path) as arrays:
        return dict(arrays)


def render_shard(path: Path, seed: int, config: DatasetConfig) -> None:
    """Render one shard and write it atomically; the same seed gives the same bytes."""
    write_arrays(path, render_arrays(seed, config))


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Write compressed arrays atomically; OutputError if they can't be written."""
    with atomic_path(path) as draft, output_errors(path), draft.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def plan_shard(assets: Assets, seed: int, config: DatasetConfig) -> tuple[Scene, list[Shot]]:
    """The scene of a shard and the shots of its motions."""
    scene = sample_scene(assets, seed, config.size, config.fps)
    motion_seeds = np.random.default_rng([seed, 1]).integers(2**31, size=config.motions)
    seconds = config.frames / config.fps
    motions = [make_sequence(assets, int(motion), seconds) for motion in motion_seeds]
    return scene, plan_shots(scene.setup, motions, config.frames, hands=seed)


def render_arrays(seed: int, config: DatasetConfig) -> Arrays:
    """Render the arrays of a shard."""
    assets = load_assets()
    scene, shots = plan_shard(assets, seed, config)
    renderer = Renderer(assets, scene)
    clips = [RenderedClip.of(list(renderer.render(shot)), config.fps) for shot in shots]
    return {
        "images": np.stack([clip.frames for clip in clips]),
        "alpha": np.stack([clip.alpha for clip in clips]),
        "shade": np.stack([clip.shade for clip in clips]),
        "joints": np.stack([clip.joints for clip in clips]),
        "visibility": np.stack([clip.visibility for clip in clips]),
        "plates": clips[0].plates if scene.camera.moves else clips[0].plates[:1],
        "fps": np.array(config.fps, np.float32),
    }
