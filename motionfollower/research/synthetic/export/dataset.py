"""Training sets: one compressed file a character, with several motions under one camera; resumable.

A shard `<seed>.npz` holds, for M motions of F frames:
images uint8 [M, F, H, W, 3]   alpha, shade uint8 [M, F, H, W]        plates uint8 [F or 1, H, W, 3]
joints f32 [M, F, 128, 2]      visibility uint8 [M, F, 128]           fps f32
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Generator
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
from preprocess.types import Size
from preprocess.video.atomic import atomic_path, output_errors

RECORD = "dataset.json"
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class DatasetConfig:
    """What every shard of a training set has: its size, motions, frames of each, and their rate."""

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
        """The text of dataset.json."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def of(cls, folder: Path) -> DatasetConfig:
        """The recipe of a set's shards; InputError where the folder is no training set."""
        try:
            fields = json.loads((folder / RECORD).read_text(encoding="utf-8"))
            return cls(**{**fields, "size": tuple(fields["size"])})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise InputError(f"{folder} is no training set: {error}. `dancers dataset` makes some.") from error


def render_dataset(folder: Path, seeds: range, recipe: DatasetConfig, jobs: int) -> Generator[int, None, None]:
    """Render the missing shards of some seeds in `jobs` processes; yield how many of all are there.

    InputError where the assets are missing or the folder has another recipe; OutputError where it can't be written.
    """
    load_assets()
    open_dataset_dir(folder, RECORD, recipe.to_json(), otherwise="a training set of another recipe")
    missing = [seed for seed in seeds if not is_whole(shard_path(folder, seed))]
    tasks = [partial(render_shard, shard_path(folder, seed), seed, recipe) for seed in missing]
    yield from run_missing(jobs, tasks, len(seeds))


def shard_path(folder: Path, seed: int) -> Path:
    """Where the shard of a seed is."""
    return folder / f"{seed:06d}.npz"


def is_whole(path: Path) -> bool:
    """Whether a shard is there and undamaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (OSError, zipfile.BadZipFile, EOFError):
        return False


def read_shard(path: Path) -> Arrays:
    """The arrays of a shard; InputError where it is missing or damaged."""
    if not is_whole(path):
        raise InputError(f"The shard {path} is missing or damaged. Render the set again: whole shards are kept.")
    with np.load(path) as arrays:
        return dict(arrays)


def render_shard(path: Path, seed: int, recipe: DatasetConfig) -> None:
    """Render one shard and write it, whole or not at all; byte for byte the same for the same seed."""
    write_arrays(path, render_arrays(seed, recipe))


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Write arrays compressed, whole or not at all; OutputError where they can't be written."""
    with atomic_path(path) as draft, output_errors(path), draft.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def plan_shard(assets: Assets, seed: int, recipe: DatasetConfig) -> tuple[Scene, list[Shot]]:
    """Whom a shard shows, and what they do."""
    scene = sample_scene(assets, seed, recipe.size, recipe.fps)
    motion_seeds = np.random.default_rng([seed, 1]).integers(2**31, size=recipe.motions)
    seconds = recipe.frames / recipe.fps
    motions = [make_sequence(assets, int(motion), seconds) for motion in motion_seeds]
    return scene, plan_shots(scene.stage, motions, recipe.frames, hands=seed)


def render_arrays(seed: int, recipe: DatasetConfig) -> Arrays:
    """What a shard holds."""
    assets = load_assets()
    scene, takes = plan_shard(assets, seed, recipe)
    renderer = Renderer(assets, scene)
    footage = [RenderedClip.of(list(renderer.render(take)), recipe.fps) for take in takes]
    return {
        "images": np.stack([part.frames for part in footage]),
        "alpha": np.stack([part.alpha for part in footage]),
        "shade": np.stack([part.shade for part in footage]),
        "joints": np.stack([part.joints for part in footage]),
        "visibility": np.stack([part.visibility for part in footage]),
        "plates": footage[0].plates if scene.camera.moves else footage[0].plates[:1],
        "fps": np.array(recipe.fps, np.float32),
    }
