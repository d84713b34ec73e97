"""A folder of training clips, made ready once from shards or from real clips; resumable."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

from motionfollower.backends import load_preprocessors
from motionfollower.dancers.shards import read_shard
from motionfollower.errors import InputError, OutputError
from motionfollower.training.clips import TrainingClip, read_clip_file, write_clip
from motionfollower.training.filmed import clips_of_film
from motionfollower.training.rendered import clips_of_shard
from motionfollower.types import PrepareSettings
from preprocess.atomic import check_place, replacing, writing
from preprocess.pictures import list_pictures

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
    if not place.is_dir() or list_pictures(place):
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
    _open_folder(folder, shape)
    missing = [source for source in sources if not _is_done(folder, source.stem)]
    done, refused = len(sources) - len(missing), list[str]()
    if done:
        yield done
    for reason in _made(folder, missing, shape, jobs):
        if reason:
            refused.append(reason)
        done += 1
        yield done
    return refused


def _made(folder: Path, sources: Sequence[Path], shape: ClipShape, jobs: int) -> Iterator[str]:
    """Make the clips of each source, here or in several processes; what there is to say of each, as it is done."""
    if jobs == 1:
        yield from (make_clips(folder, source, shape) for source in sources)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        work = [pool.submit(make_clips, folder, source, shape) for source in sources]
        try:
            yield from (finished.result() for finished in as_completed(work))
        finally:
            pool.shutdown(cancel_futures=True)


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
    mark = folder / f"{source.stem}{DONE}"
    with replacing(mark) as draft, writing(mark):
        draft.write_text(str(count))
    return ""


def _clips(source: Path, shape: ClipShape) -> Iterator[TrainingClip]:
    if source.suffix == SHARD:
        return clips_of_shard(read_shard(source), shape.size, shape.with_puppet, seed=int(source.stem))
    return clips_of_film(source, shape.size, shape.with_puppet, PrepareSettings(), load_preprocessors())


def _open_folder(folder: Path, shape: ClipShape) -> None:
    """Make the folder of a set, or go on with one of the same shape."""
    check_place(folder)
    record = folder / RECORD
    if record.exists():
        if _read_shape(folder) != shape:
            raise InputError(f"{folder} holds clips of another shape, see {RECORD}. Choose another folder.")
        return
    if folder.exists() and any(folder.iterdir()):
        raise OutputError(f"{folder} holds other files. Choose an empty or a new folder.")
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with replacing(record) as draft, writing(record):
        draft.write_text(json.dumps(asdict(shape)) + "\n")


def _read_shape(folder: Path) -> ClipShape:
    try:
        return ClipShape(**json.loads((folder / RECORD).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{folder} is no set of training clips: {error}.") from error
