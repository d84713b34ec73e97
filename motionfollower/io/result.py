"""A result folder: the edited clip as video and frames, the side-by-side video, and run.json."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from motionfollower.core.config import SoundChoice
from motionfollower.core.errors import OutputError
from motionfollower.io.run_record import RunMetadata
from preprocess.progress import OnProgress
from preprocess.types import Frame, Sound
from preprocess.video.atomic import (
    check_parent,
    defer_interrupts,
    existing_parent,
    output_errors,
    renaming_errors,
    scratch_folder,
)
from preprocess.video.probe import Media
from preprocess.video.read import stream_frames
from preprocess.video.write import save_frame, write_video
from preprocess.warnings import ClipWarning, WarningCode

MAX_HEIGHT = 720  # of a panel, in pixels
CAPTION_FRACTION = 0.07  # of a panel's height
SMALLEST_CAPTION = 16  # pixels high
BACKGROUND, TEXT = (24, 24, 27), (244, 244, 245)  # RGB


@dataclass(frozen=True)
class ResultFiles:
    """The paths of a result's parts in `folder`."""

    folder: Path

    @property
    def edited(self) -> Path:
        """The edited clip, with its sound."""
        return self.folder / "edited.mp4"

    @property
    def side_by_side(self) -> Path:
        """Source, target pose and edit side by side."""
        return self.folder / "side_by_side.mp4"

    @property
    def frames(self) -> Path:
        """The folder of the edited clip's frames, frame_<i>.png."""
        return self.folder / "frames"

    @property
    def run(self) -> Path:
        """The record of the run."""
        return self.folder / "run.json"

    @property
    def replaced(self) -> tuple[Path, ...]:
        """The parts that a new result in the folder replaces."""
        return self.edited, self.side_by_side, self.frames

    def images(self) -> list[Path]:
        """The existing files of the edited frames."""
        return sorted(self.frames.glob("frame_*.png"))

    def present(self) -> list[Path]:
        """The existing files of a result; run.json comes last, as it marks the result as complete."""
        files = (self.edited, self.side_by_side, *self.images(), self.run)
        return [file for file in files if file.is_file()]


def check_result_dir(folder: Path) -> None:
    """Check before the work whether a result can be written to `folder`; OutputError where not."""
    check_parent(folder)
    files = ResultFiles(folder)
    if (foreign := files.present()) and not files.run.is_file():
        raise OutputError(f"{foreign[0]} exists, but there is no run.json of an edit. Choose another folder.")


@contextmanager
def draft_result(folder: Path, place: Path | None = None) -> Generator[ResultFiles, None, None]:
    """A hidden folder for the parts of a new result, on the same disk as `folder`; it is gone afterwards.

    It lies in `place`, by default `folder`, or the nearest folder above that exists. `publish` moves the parts to
    `folder` when they are complete. OutputErrors about the draft name the path in `folder`.
    """
    check_result_dir(folder)
    with ExitStack() as stack:
        with output_errors(folder):
            draft = stack.enter_context(scratch_folder(existing_parent(place or folder)))
        with renaming_errors(folder, draft):
            yield ResultFiles(draft)


def write_frames_and_comparison(
    draft: ResultFiles,
    rows: Iterable[tuple[Frame, Frame, Frame]],
    fps: float,
    sound: Sound | None,
    label: str,
    on_progress: OnProgress,
) -> None:
    """Write the edited frames and the side-by-side video, with the edit's sound, in one pass.

    A row holds the source, the target pose and the edit of one frame, uint8 [H, W, 3]; `label` names the backend.
    """
    with output_errors(draft.frames):
        draft.frames.mkdir()
    captions = "source", "target pose", f"edited · {label}"
    write_video(draft.side_by_side, side_by_side(captions, _saved(draft.frames, rows, on_progress)), fps, sound)


def _saved(
    folder: Path, rows: Iterable[tuple[Frame, Frame, Frame]], on_progress: OnProgress
) -> Iterator[tuple[Frame, Frame, Frame]]:
    """Pass the rows on, and save the edit of each."""
    for index, row in enumerate(rows):
        path = folder / f"frame_{index}.png"
        with output_errors(path):
            save_frame(path, row[-1])
        on_progress(index + 1)
        yield row


def choose_audio(
    choice: SoundChoice, source: Sound | None, target: Media | None, seconds: float
) -> tuple[Sound | None, tuple[ClipWarning, ...]]:
    """The sound for an edit of so many seconds, and a warning where the target was chosen and is silent.

    Both clips are read from their beginning at one rate, so the target's sound stays in step with its motion.
    """
    if choice == "source":
        return source, ()
    if choice == "none" or target is None:
        return None, ()
    if not target.has_sound:
        return None, (ClipWarning(WarningCode.TARGET_SILENT),)
    return Sound(target.path, 0.0, seconds), ()


def write_edited_video(draft: ResultFiles, fps: float, sound: Sound | None) -> None:
    """Encode the edited frames that were written."""
    write_video(draft.edited, stream_frames(draft.frames, fps=fps), fps, sound)


def publish(draft: ResultFiles, folder: Path, run: RunMetadata) -> ResultFiles:
    """Write run.json and move the draft to `folder`, where it replaces an older result; other files there stay.

    All of it is moved or nothing.
    """
    with output_errors(draft.run):
        draft.run.write_text(run.to_json(), encoding="utf-8")
    with output_errors(folder), defer_interrupts():
        _move_in(draft, ResultFiles(folder))
    return ResultFiles(folder)


def _move_in(draft: ResultFiles, result: ResultFiles) -> None:
    """Replace an older result by the draft; where that fails, restore everything."""
    replaced = ResultFiles(draft.folder / "replaced")
    with ExitStack() as undo:
        for origin, destination in ((result, replaced), (draft, result)):
            destination.frames.mkdir(parents=True, exist_ok=True)
            for file in origin.present():
                moved = file.rename(destination.folder / file.relative_to(origin.folder))
                undo.callback(moved.rename, file)
        undo.pop_all()


def side_by_side(captions: Sequence[str], rows: Iterable[Sequence[Frame]]) -> Iterator[Frame]:
    """Yield frames uint8 [H, W, 3] that show the images of each row from left to right, each over its caption.

    Where heights differ, the images are scaled to the largest, at most MAX_HEIGHT.
    """
    rows = iter(rows)
    first = next(rows)
    height = min(max(len(image) for image in first), MAX_HEIGHT)
    widths = [max(1, round(image.shape[1] * height / len(image))) for image in first]
    strip = _caption_strip(captions, widths, max(SMALLEST_CAPTION, round(height * CAPTION_FRACTION)))
    for row in chain([first], rows):
        images = [_resize(image, width, height) for image, width in zip(row, widths, strict=True)]
        yield np.vstack([np.hstack(images), strip])


def _resize(frame: Frame, width: int, height: int) -> Frame:
    if frame.shape[:2] == (height, width):
        return frame
    return np.asarray(Image.fromarray(frame).resize((width, height), Image.Resampling.LANCZOS))


def _caption_strip(captions: Sequence[str], widths: Sequence[int], height: int) -> Frame:
    """The captions, each centred below its panel."""
    image = Image.new("RGB", (sum(widths), height), BACKGROUND)
    draw = ImageDraw.Draw(image)
    left = 0
    for caption, width in zip(captions, widths, strict=True):
        font = _fitting_font(caption, width, height)
        draw.text((left + width / 2, height / 2), caption, TEXT, font, anchor="mm")
        left += width
    return np.asarray(image)


def _fitting_font(caption: str, width: int, height: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The default font as large as the strip lets it be, smaller where the panel is narrow."""
    size = 0.6 * height
    length = ImageFont.load_default(size).getlength(caption)
    return ImageFont.load_default(max(1, size * min(1, 0.9 * width / length)))
