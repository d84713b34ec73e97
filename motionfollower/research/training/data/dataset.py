"""A folder of training clips, made once from shards or real videos; an interrupted run resumes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from motionfollower.core.config import PrepareSettings
from motionfollower.core.errors import InputError, OutputError
from motionfollower.core.parallel import run_missing
from motionfollower.io.dataset_dir import open_dataset_dir
from motionfollower.pipeline.backends import load_preprocessors
from motionfollower.research.synthetic.export.dataset import read_shard
from motionfollower.research.training.data.clip import TrainingClip, read_clip_file, write_clip
from motionfollower.research.training.data.real import clips_of_video
from motionfollower.research.training.data.synthetic import clips_of_shard
from preprocess.progress import OnProgress, ignore_progress
from preprocess.video.atomic import write_text
from preprocess.video.image_folder import list_images

RECORD = "clips.json"
SHARD = ".npz"
VIDEOS = (".mp4", ".mov", ".webm", ".mkv", ".avi", ".m4v")
DONE = ".done"
"""Suffix of the file beside a source's clips that marks them complete and holds their number."""


@dataclass(frozen=True)
class ClipShape:
    """What all clips of a set have in common: the side in pixels, and whether there is a puppet."""

    size: int
    with_puppet: bool

    def __post_init__(self) -> None:
        if not 40 <= self.size <= 1032:
            raise InputError(f"Training clips of {self.size} pixels: allowed are 40 to 1032 a side.")

    def to_json(self) -> str:
        """The text of clips.json."""
        return json.dumps(asdict(self)) + "\n"


@dataclass(frozen=True)
class ClipSet:
    """The clips to train on, and those held out for validation; a source's clips are never split between the two."""

    shape: ClipShape
    training: Sequence[Path]
    held_out: Sequence[Path]

    @classmethod
    def open(cls, folder: Path, held_out: int) -> ClipSet:
        """The clips of a folder, with those of its last `held_out` sources held out. InputError where none are left."""
        done = sorted(folder.glob(f"*{DONE}"))
        if len(done) <= held_out:
            raise InputError(
                f"{folder} has the clips of {len(done)} sources (people or videos); at least {held_out + 1} are "
                f"needed, as {held_out} are held out. `python -m motionfollower train clips` makes more."
            )
        first = len(done) - held_out
        return cls(_read_shape(folder), _clips_of(done[:first]), _clips_of(done[first:]))


def _clips_of(done: Iterable[Path]) -> list[Path]:
    return [clip_path(path.parent, path.stem, index) for path in done for index in range(int(path.read_text()))]


def find_sources(paths: Iterable[Path]) -> list[Path]:
    """The shards and videos among `paths` and in those that are folders.

    InputError where there are none, or two of one name.
    """
    sources = [source for path in paths for source in _sources_of(path)]
    if not sources:
        raise InputError(
            "No shards (.npz) and no videos are found. `python -m motionfollower dancers dataset` renders shards."
        )
    twice = sorted(name for name, count in Counter(source.stem for source in sources).items() if count > 1)
    if twice:
        raise InputError(f"Several sources are called {twice[0]}. Rename them: clips are named after their source.")
    return sorted(sources)


def _sources_of(path: Path) -> list[Path]:
    if not path.is_dir() or list_images(path):
        return [path]
    return [entry for entry in path.iterdir() if entry.suffix.lower() in (SHARD, *VIDEOS) or entry.is_dir()]


def clip_path(folder: Path, name: str, index: int) -> Path:
    """The file of a source's clip."""
    return folder / f"{name}-{index:03d}.npy"


def fill_clip_set(
    folder: Path, sources: Sequence[Path], shape: ClipShape, jobs: int, on_progress: OnProgress = ignore_progress
) -> list[str]:
    """Make the missing clips of shards and videos in `jobs` processes; report how many sources are done.

    Returns a sentence for each source that was skipped. InputError where the folder has clips of another shape;
    OutputError where it can't be written.
    """
    open_dataset_dir(folder, RECORD, shape.to_json(), otherwise="clips of another shape")
    missing = [source for source in sources if not _is_done(folder, source.stem)]
    tasks = [partial(make_clips, folder, source, shape) for source in missing]
    return [reason for reason in run_missing(jobs, tasks, len(sources), on_progress) if reason]


def _is_done(folder: Path, name: str) -> bool:
    """Whether all clips of a source are there and undamaged."""
    mark = folder / f"{name}{DONE}"
    try:
        for path in _clips_of([mark]) if mark.exists() else ():
            read_clip_file(path)
    except InputError:
        return False
    return mark.exists()


def make_clips(folder: Path, source: Path, shape: ClipShape) -> str:
    """Write the clips of one source; returns the reason where it has to be skipped, else an empty string."""
    count = 0
    try:
        for clip in _clips(source, shape):
            write_clip(clip_path(folder, source.stem, count), clip)
            count += 1
    except OutputError:
        raise
    except InputError as error:
        return f"{source.name} is skipped: {error}"
    write_text(folder / f"{source.stem}{DONE}", str(count))
    return ""


def _clips(source: Path, shape: ClipShape) -> Iterator[TrainingClip]:
    if source.suffix == SHARD:
        return clips_of_shard(read_shard(source), shape.size, shape.with_puppet, seed=int(source.stem))
    return clips_of_video(source, shape.size, shape.with_puppet, PrepareSettings(), load_preprocessors())


def _read_shape(folder: Path) -> ClipShape:
    try:
        return ClipShape(**json.loads((folder / RECORD).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{folder} is not a set of training clips: {error}.") from error
