"""A folder of training clips, made ready once from shards or from real clips; resumable."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from motionfollower.core.config import PrepareSettings
from motionfollower.core.errors import InputError, OutputError
from motionfollower.core.parallel import run_in_processes
from motionfollower.io.dataset_dir import open_dataset_dir
from motionfollower.pipeline.backends import load_preprocessors
from motionfollower.research.synthetic.export.dataset import read_shard
from motionfollower.research.training.data.clip import TrainingClip, read_clip_file, write_clip
from motionfollower.research.training.data.real import clips_of_video
from motionfollower.research.training.data.synthetic import clips_of_shard
from preprocess.video.atomic import write_text
from preprocess.video.image_folder import list_images

RECORD = "clips.json"
SHARD = ".npz"
VIDEOS = (".mp4", ".mov", ".webm", ".mkv", ".avi", ".m4v")
DONE = ".done"
"""Beside a source's clips, once all of them are there: how many they are."""


@dataclass(frozen=True)
class ClipShape:
    """What all clips of a set have in common: pixels a side, and whether there is a puppet."""

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
    """The clips to learn from, and those held out to check on: whole people or films, never parts of them."""

    shape: ClipShape
    training: Sequence[Path]
    held_out: Sequence[Path]

    @classmethod
    def open(cls, folder: Path, held_out: int) -> ClipSet:
        """The clips of a folder, those of its last `held_out` sources apart. InputError where too few are there."""
        done = sorted(folder.glob(f"*{DONE}"))
        if len(done) <= held_out:
            raise InputError(
                f"{folder} holds the clips of {len(done)} people or films; {held_out} are to be held out, and one more "
                "is needed at least. `python -m motionfollower train clips` makes them."
            )
        first = len(done) - held_out
        return cls(_read_shape(folder), _clips_of(done[:first]), _clips_of(done[first:]))


def _clips_of(done: Iterable[Path]) -> list[Path]:
    return [clip_path(path.parent, path.stem, index) for path in done for index in range(int(path.read_text()))]


def find_sources(places: Iterable[Path]) -> list[Path]:
    """The shards and films that places mean: each its own, or all that lie in a folder. InputError where none are."""
    sources = [source for place in places for source in _sources_of(place)]
    if not sources:
        raise InputError(
            "No shards (.npz) and no videos are there. `python -m motionfollower dancers dataset` makes some."
        )
    twice = sorted(name for name, count in Counter(source.stem for source in sources).items() if count > 1)
    if twice:
        raise InputError(f"Several sources are called {twice[0]}. Give each its own name: clips are named after them.")
    return sorted(sources)


def _sources_of(place: Path) -> list[Path]:
    if not place.is_dir() or list_images(place):
        return [place]
    return [path for path in place.iterdir() if path.suffix.lower() in (SHARD, *VIDEOS) or path.is_dir()]


def clip_path(folder: Path, name: str, index: int) -> Path:
    """Where the clip of a source lies."""
    return folder / f"{name}-{index:03d}.npy"


def fill_clip_set(
    folder: Path, sources: Sequence[Path], shape: ClipShape, jobs: int
) -> Generator[int, None, list[str]]:
    """Make the missing clips of shards and films in `jobs` processes; yield how many sources of all are done.

    Return a sentence for each source that nothing could be learned from. InputError where the folder's clips
    have another shape; OutputError where it can't be written.
    """
    open_dataset_dir(folder, RECORD, shape.to_json(), otherwise="clips of another shape")
    missing = [source for source in sources if not _is_done(folder, source.stem)]
    done, refused = len(sources) - len(missing), list[str]()
    if done:
        yield done
    tasks = [partial(make_clips, folder, source, shape) for source in missing]
    with closing(run_in_processes(jobs, tasks)) as reasons:
        for reason in reasons:
            if reason:
                refused.append(reason)
            done += 1
            yield done
    return refused


def _is_done(folder: Path, name: str) -> bool:
    """Whether all clips of a source are there and whole."""
    mark = folder / f"{name}{DONE}"
    try:
        for path in _clips_of([mark]) if mark.exists() else ():
            read_clip_file(path)
    except InputError:
        return False
    return mark.exists()


def make_clips(folder: Path, source: Path, shape: ClipShape) -> str:
    """Write the clips of one source; the reason why there are none, if there is one."""
    count = 0
    try:
        for clip in _clips(source, shape):
            write_clip(clip_path(folder, source.stem, count), clip)
            count += 1
    except OutputError:
        raise
    except InputError as error:
        return f"{source.name} is passed over: {error}"
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
        raise InputError(f"{folder} is no set of training clips: {error}.") from error
