"""Probe a video file or image folder: size, frame rate, duration and sound, without decoding it."""

import re
from dataclasses import dataclass
from pathlib import Path

from preprocess.types import InputError, Size
from preprocess.video import ffmpeg
from preprocess.video.image_folder import image_size, list_images

MIN_SIDE, MAX_SIDE = 16, 8192
IMAGE_FOLDER_FPS = 8.0  # an image folder has no rate of its own; the method's example clips have this one
FALLBACK_FPS = 25.0  # for a video that states no rate

_LOCAL_FILES = "Give a video file (mp4, mov, webm, …) or a folder of images on this computer."


@dataclass(frozen=True)
class Media:
    """A probed video file, or a folder whose images `images` lists in order.

    `size` is the display size: upright, with square pixels. `fps` is the average rate. `duration` in seconds is what
    the file's header states, None where it states none.
    """

    path: Path
    size: Size
    fps: float
    duration: float | None
    has_sound: bool = False
    images: tuple[Path, ...] = ()

    @property
    def frame_count(self) -> int | None:
        """The approximate number of frames; exact for image folders, None where the duration is unknown."""
        return None if self.duration is None else round(self.duration * self.fps)


def probe(path: Path | str) -> Media:
    """Probe a video file, with one ffmpeg process, or an image folder; InputError where it can't be read as a clip."""
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


def as_media(clip: Media | Path | str) -> Media:
    """The clip, probed unless it is a `Media`, so that a file is probed once however often it is passed on."""
    return clip if isinstance(clip, Media) else probe(clip)


def _run_probe(path: Path) -> Media:
    if path.is_dir():
        return _probe_image_folder(path)
    if path.is_file():
        return _probe_video(path)
    raise InputError(f"{path} is neither a file nor a folder. {_LOCAL_FILES}")


def _probe_image_folder(folder: Path) -> Media:
    images = list_images(folder)
    if not images:
        raise InputError(f"The folder {folder.name} has no images. {_LOCAL_FILES}")
    size = image_size(images[0])
    for image in images:
        if image_size(image) != size:
            raise InputError(
                f"{image.name} is {_times(image_size(image))} pixels and {images[0].name} {_times(size)}. "
                "The images of a folder must be of one size."
            )
    return Media(folder, size, IMAGE_FOLDER_FPS, len(images) / IMAGE_FOLDER_FPS, images=images)


def _probe_video(path: Path) -> Media:
    with ffmpeg.open_media(path) as file:
        description = ffmpeg.describe(file)
    # Exactly two spaces: text in metadata is indented further and can't pass for a stream.
    streams = re.split(r"^  Stream #", description, flags=re.MULTILINE)[1:]
    sounds = [stream for stream in streams if re.search(r": Audio: (?!none|unknown)", stream)]
    videos = [stream for stream in streams if ": Video: " in stream and "(attached pic)" not in stream]
    size = _display_size(videos[0]) if videos else None
    if size is None:
        reason = "it has sound only" if sounds and not videos else "it is empty, damaged or of an unknown kind"
        raise InputError(f"{path.name} can't be read as a video: {reason}. {_LOCAL_FILES}")
    return Media(path, size, _average_fps(videos[0]), _duration(description), has_sound=bool(sounds))


def _display_size(stream: str) -> Size | None:
    """Display width and height: scaled to square pixels, then rotated upright; None where they aren't stated."""
    size = re.search(r", (\d+)x(\d+)\b", stream)
    if size is None:
        return None
    width, height = int(size[1]), int(size[2])
    aspect = re.findall(r"SAR (\d+):(\d+)", stream)
    if aspect and "0" not in aspect[-1]:
        width = round(width * int(aspect[-1][0]) / int(aspect[-1][1]))
    rotation = re.search(r"rotation of (-?[\d.]+) degrees", stream)
    is_rotated = rotation is not None and abs(float(rotation[1])) % 180 == 90
    return (height, width) if is_rotated else (width, height)


def _average_fps(stream: str) -> float:
    rate = re.search(r"([\d.]+)(k?) fps", stream) or re.search(r"([\d.]+)(k?) tbr", stream)
    if rate is None or float(rate[1]) == 0:
        return FALLBACK_FPS
    fps = float(rate[1]) * (1000 if rate[2] else 1)
    ntsc = round(fps * 1.001) / 1.001  # 23.976…, 29.97…: ffmpeg prints two digits
    return ntsc if abs(fps - ntsc) < 0.006 and fps % 1 else fps


def _duration(description: str) -> float | None:
    time = re.search(r"^  Duration: (\d+):(\d+):([\d.]+)", description, flags=re.MULTILINE)
    return None if time is None else int(time[1]) * 3600 + int(time[2]) * 60 + float(time[3])


def _times(size: Size) -> str:
    return f"{size[0]} × {size[1]}"
