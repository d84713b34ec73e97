"""A folder of samples: projected joints of many bodies, and estimated poses of a rendered set; resumable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from motionfollower.research.training.bone_length.samples import samples_of_body, samples_of_shots
from preprocess.progress import OnProgress, ignore_progress
from preprocess.types import Clip, PoseSequence
from preprocess.video.atomic import make_folder


def collect(
    folder: Path, bodies: range, shards: Sequence[Path], jobs: int, on_progress: OnProgress = ignore_progress
) -> None:
    """Write the missing samples in `jobs` processes; report how many characters are done."""
    load_assets()
    make_folder(folder)
    work: dict[Path, Callable[[Path], None]] = {body_path(folder, seed): partial(write_body, seed) for seed in bodies}
    work |= {estimated_path(folder, shard): partial(write_estimated, shard) for shard in shards}
    tasks = [partial(write, path) for path, write in work.items() if not is_whole(path)]
    run_missing(jobs, tasks, len(work), on_progress)


def body_path(folder: Path, seed: int) -> Path:
    """The file of a body's projected joints."""
    return folder / f"body-{seed:06d}.npz"


def estimated_path(folder: Path, shard: Path) -> Path:
    """The file of the poses that are estimated in a shard."""
    return folder / f"seen-{shard.stem}.npz"


def write_body(seed: int, path: Path) -> None:
    """Write the projected joints of a character's body."""
    write_arrays(path, samples_of_body(load_assets(), seed))


def write_estimated(shard: Path, path: Path) -> None:
    """Write the estimated poses of a rendered character. InputError where the shard is damaged."""
    arrays, config = read_shard(shard), DatasetConfig.of(shard.parent)
    scene, shots = plan_shard(load_assets(), int(shard.stem), config)
    clips = [Clip(frames, config.fps) for frames in arrays["images"]]
    write_arrays(path, samples_of_shots(load_assets(), scene.character.body, shots, clips, _estimate))


def _estimate(clip: Clip) -> PoseSequence:
    return _preprocessors().poses.estimate(clip).poses


@cache
def _preprocessors() -> Preprocessors:
    return load_preprocessors()
