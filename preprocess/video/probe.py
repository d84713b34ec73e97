"""What a video file or a folder of pictures is, found out without decoding it."""

import re
from dataclasses import dataclass
from pathlib import Path

from preprocess.types import InputError, Size
from preprocess.video import ffmpeg
from preprocess.video.image_folder import image_size, list_images

MIN_SIDE, MAX_SIDE = 16, 8192
PICTURES_FPS = 8.0  # a folder of pictures has no rate of its own; the method's example clips have this one
FALLBACK_FPS = 25.0  # a video that gives no rate either

_LOCAL_FILES = "Give a video file (mp4, mov, webm, …) or a folder of pictures on this computer."


@dataclass(frozen=True)
class Media:
    """A video file, or a folder of `pictures` in their order.

    `size` is as the picture is shown: upright, with square pixels. `fps` is the average rate.
    `duration` in seconds is what the file says, None where it says nothing.
    """

    path: Path
    size: Size
    fps: float
    duration: float | None
    has_sound: bool = False
    pictures: tuple[Path, ...] = ()

    @property
    def frame_count(self) -> int | None:
        """About how many frames there are: exact for pictures, None where the duration is unknown."""
        return None if self.duration is None else round(self.duration * self.fps)


def probe(path: Path | str) -> Media:
    """Look at a video file or a folder of pictures. InputError where it can't be a clip."""
    path = Path(path)
    try:
        media = _run_probe(path)
    except OSError as error:
        raise InputError(f"{path.name} can't be opened: {error.strerror}. {_LOCAL_FILES}") from error
    if min(media.size) < MIN_SIDE or max(media.size) > MAX_SIDE:
        raise InputError(
            f"{path.name} is {_times(media.size)} pixels; allowed are {MIN_SIDE} to {MAX_SIDE} a side. Scale it first."
        )
    return media


def _run_probe(path: Path) -> Media:
    if path.is_dir():
        return _probe_pictures(path)
    if path.is_file():
        return _probe_video(path)
    raise InputError(f"{path} is no file and no folder. {_LOCAL_FILES}")


def _probe_pictures(folder: Path) -> Media:
    pictures = list_images(folder)
    if not pictures:
        raise InputError(f"The folder {folder.name} has no pictures. {_LOCAL_FILES}")
    size = image_size(pictures[0])
    for picture in pictures:
        if image_size(picture) != size:
            raise InputError(
                f"{picture.name} is {_times(image_size(picture))} pixels and {pictures[0].name} {_times(size)}. "
                "The pictures of a folder must be of one size."
            )
    return Media(folder, size, PICTURES_FPS, len(pictures) / PICTURES_FPS, pictures=pictures)


def _probe_video(path: Path) -> Media:
    with ffmpeg.open_media(path) as file:
        description = ffmpeg.describe(file)
    # Two spaces and no more: what metadata say is indented further and can't pass for a stream.
    streams = re.split(r"^  Stream #", description, flags=re.MULTILINE)[1:]
    sounds = [stream for stream in streams if re.search(r": Audio: (?!none|unknown)", stream)]
    videos = [stream for stream in streams if ": Video: " in stream and "(attached pic)" not in stream]
    size = _shown_size(videos[0]) if videos else None
    if size is None:
        reason = "it has sound only" if sounds and not videos else "it is empty, damaged or of an unknown kind"
        raise InputError(f"{path.name} can't be read as a video: {reason}. {_LOCAL_FILES}")
    return Media(path, size, _average_fps(videos[0]), _duration(description), has_sound=bool(sounds))


def _shown_size(stream: str) -> Size | None:
    """Width and height as shown: pixels made square, then turned upright; None where they aren't known."""
    size = re.search(r", (\d+)x(\d+)\b", stream)
    if size is None:
        return None
    width, height = int(size[1]), int(size[2])
    aspect = re.findall(r"SAR (\d+):(\d+)", stream)
    if aspect and "0" not in aspect[-1]:
        width = round(width * int(aspect[-1][0]) / int(aspect[-1][1]))
    turn = re.search(r"rotation of (-?[\d.]+) degrees", stream)
    lies = turn is not None and abs(float(turn[1])) % 180 == 90
    return (height, width) if lies else (width, height)


def _average_fps(stream: str) -> float:
    rate = re.search(r"([\d.]+)(k?) fps", stream) or re.search(r"([\d.]+)(k?) tbr", stream)
    if rate is None or float(rate[1]) == 0:
        return FALLBACK_FPS
    fps = float(rate[1]) * (1000 if rate[2] else 1)
    television = round(fps * 1.001) / 1.001  # 23.976…, 29.97…: ffmpeg prints two digits
    return television if abs(fps - television) < 0.006 and fps % 1 else fps


def _duration(description: str) -> float | None:
    time = re.search(r"^  Duration: (\d+):(\d+):([\d.]+)", description, flags=re.MULTILINE)
    return None if time is None else int(time[1]) * 3600 + int(time[2]) * 60 + float(time[3])


def _times(size: Size) -> str:
    return f"{size[0]} × {size[1]}"
