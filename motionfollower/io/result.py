"""A result's folder: the edited clip as video and frames, side by side with its inputs, and run.json."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from motionfollower.core.errors import OutputError
from motionfollower.core.types import EditInputs
from motionfollower.io.compositing import at_file_size, source_frames
from motionfollower.io.run_record import RunMetadata
from motionfollower.io.side_by_side import side_by_side
from preprocess.pose.render import drawn
from preprocess.types import Frame, Sound
from preprocess.video.atomic import (
    check_parent,
    defer_interrupts,
    existing_parent,
    output_errors,
    renaming_errors,
    scratch_folder,
)
from preprocess.video.read import stream_frames
from preprocess.video.write import write_frames, write_video

RESULT_PARTS = 3


@dataclass(frozen=True)
class ResultFiles:
    """Where the parts of a result in `folder` lie."""

    folder: Path

    @property
    def edited(self) -> Path:
        """The edited clip, with the source's sound."""
        return self.folder / "edited.mp4"

    @property
    def side_by_side(self) -> Path:
        """Source, target pose and edit beside each other."""
        return self.folder / "side_by_side.mp4"

    @property
    def frames(self) -> Path:
        """The folder of the edited clip's frames, frame_<i>.png."""
        return self.folder / "frames"

    @property
    def run(self) -> Path:
        """What was run, as `load_run` reads it."""
        return self.folder / "run.json"

    @property
    def replaced(self) -> tuple[Path, ...]:
        """What a new result in the folder takes the place of."""
        return self.edited, self.side_by_side, self.frames

    def pictures(self) -> list[Path]:
        """The files of the edited clip's frames that are there."""
        return sorted(self.frames.glob("frame_*.png"))

    def present(self) -> list[Path]:
        """The files of a result that are there; run.json comes last, as it says that the result is whole."""
        files = (self.edited, self.side_by_side, *self.pictures(), self.run)
        return [file for file in files if file.is_file()]


def check_result_dir(folder: Path) -> None:
    """Find out before the long work whether a result can be written to `folder`; OutputError where not."""
    check_parent(folder)
    files = ResultFiles(folder)
    if (foreign := files.present()) and not files.run.is_file():
        raise OutputError(f"{foreign[0]} is there, but no run.json that says it is ours. Choose another folder.")


def write_results(
    folder: Path, inputs: EditInputs, frames: Iterable[Frame], sound: Sound | None, run: RunMetadata
) -> Generator[int, None, ResultFiles]:
    """Write the result of an edit; see `write_files`."""
    beside = {"source": source_frames(inputs), "target pose": at_file_size(inputs, drawn(inputs.aligned_poses))}
    return write_files(folder, beside, frames, sound, run)


def write_files(
    folder: Path,
    beside: Mapping[str, Iterable[Frame]],
    frames: Iterable[Frame],
    sound: Sound | None,
    run: RunMetadata,
) -> Generator[int, None, ResultFiles]:
    """Write a result whole or not at all; yield the number of PARTS done, return where they are.

    `frames` uint8 [H, W, 3], the videos, and what is shown `beside` them, by caption, have the size of the source's
    file. An older result in `folder` is replaced, all other files there stay. OutputError where it can't be written;
    then, or where the generator is closed early, everything is as it was.
    """
    check_result_dir(folder)
    fps = run.fps
    with _drafting(folder) as draft:
        write_frames(draft.frames, frames)
        yield 1
        write_video(draft.edited, stream_frames(draft.frames, fps=fps), fps, sound)
        yield 2
        panels = {**beside, f"edited · {run.backend}": stream_frames(draft.frames, fps=fps)}
        write_video(draft.side_by_side, side_by_side(panels), fps, sound)
        draft.run.write_text(run.to_json(), encoding="utf-8")
        with defer_interrupts():
            _move_in(draft, ResultFiles(folder))
        yield RESULT_PARTS
    return ResultFiles(folder)


@contextmanager
def _drafting(folder: Path) -> Generator[ResultFiles, None, None]:
    """A hidden folder on the same disk as `folder`, gone afterwards; errors speak of `folder`."""
    with output_errors(folder), scratch_folder(existing_parent(folder)) as draft, renaming_errors(folder, draft):
        yield ResultFiles(draft)


def _move_in(draft: ResultFiles, result: ResultFiles) -> None:
    """Put the draft in the place of an older result; should that fail, put everything back."""
    replaced = ResultFiles(draft.folder / "replaced")
    with ExitStack() as undo:
        for origin, place in ((result, replaced), (draft, result)):
            place.frames.mkdir(parents=True, exist_ok=True)
            for file in origin.present():
                moved = file.rename(place.folder / file.relative_to(origin.folder))
                undo.callback(moved.rename, file)
        undo.pop_all()
