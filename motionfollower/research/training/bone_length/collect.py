"""A folder of samples: many bodies, and the rendered characters of a set as the estimator sees them; resumable."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import cache, partial
from pathlib import Path

from motionfollower.core.parallel import run_missing
from motionfollower.pipeline.backends import Preprocessors, load_preprocessors
from motionfollower.research.synthetic.assets.store import load_assets
from motionfollower.research.synthetic.export.dataset import (
    DatasetConfig,
    is_whole,
    plan_shard,
    read_shard,
    write_arrays,
)
from motionfollower.research.training.bone_length.samples import samples_of_body, samples_of_takes
from preprocess.progress import run_to_end
from preprocess.types import Clip, PoseSequence
from preprocess.video.atomic import make_folder


def collect(folder: Path, bodies: range, shards: Sequence[Path], jobs: int) -> Generator[int, None, None]:
    """Write the missing samples in `jobs` processes; yield how many characters of all are done."""
    load_assets()
    make_folder(folder)
    work: dict[Path, Callable[[Path], None]] = {body_path(folder, seed): partial(write_body, seed) for seed in bodies}
    work |= {seen_path(folder, shard): partial(write_seen, shard) for shard in shards}
    tasks = [partial(write, path) for path, write in work.items() if not is_whole(path)]
    yield from run_missing(jobs, tasks, len(work))


def body_path(folder: Path, seed: int) -> Path:
    """Where the samples of a body alone are."""
    return folder / f"body-{seed:06d}.npz"


def seen_path(folder: Path, shard: Path) -> Path:
    """Where the samples are that the estimator sees in a shard."""
    return folder / f"seen-{shard.stem}.npz"


def write_body(seed: int, path: Path) -> None:
    """Write the samples of a character's body."""
    write_arrays(path, samples_of_body(load_assets(), seed))


def write_seen(shard: Path, path: Path) -> None:
    """Write what the estimator sees of a rendered character. InputError where the shard is damaged."""
    arrays, recipe = read_shard(shard), DatasetConfig.of(shard.parent)
    scene, takes = plan_shard(load_assets(), int(shard.stem), recipe)
    clips = [Clip(frames, recipe.fps) for frames in arrays["images"]]
    write_arrays(path, samples_of_takes(load_assets(), scene.character.body, takes, clips, _estimate))


def _estimate(clip: Clip) -> PoseSequence:
    return run_to_end(_preprocessors().poses.estimate(clip)).poses


@cache
def _preprocessors() -> Preprocessors:
    return load_preprocessors()
