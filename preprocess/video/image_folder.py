"""A folder of pictures read as a clip: which pictures, in what order, of what size."""

import re
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from preprocess.types import Frame, InputError, Size

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}
# Nothing else is tried: some of Pillow's formats start other programs.
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")

_ORIENTATION = 0x0112  # EXIF tag; from 5 on, the picture lies on its side
_DAMAGE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)


def list_images(folder: Path) -> tuple[Path, ...]:
    """The folder's pictures in their natural order; only those named frame_<i> where there are such."""
    pictures = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.name[0] != "."]
    numbered = [path for path in pictures if re.fullmatch(r"frame_\d+", path.stem)]
    return tuple(sorted(numbered or pictures, key=_natural_order))


def image_size(path: Path) -> Size:
    """(width, height) of the upright picture, from its header. InputError where it is no picture."""
    try:
        with Image.open(path, formats=FORMATS) as picture:
            lies = picture.getexif().get(_ORIENTATION, 1) >= 5
            width, height = picture.size
    except _DAMAGE as error:
        raise _damaged(path) from error
    return (height, width) if lies else (width, height)


def read_image(path: Path, size: Size) -> Frame:
    """The upright picture scaled to `size`, uint8 [H, W, 3] RGB. InputError where it is damaged."""
    try:
        with Image.open(path, formats=FORMATS) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except _DAMAGE as error:
        raise _damaged(path) from error
    return np.array(upright.resize(size, Image.Resampling.LANCZOS))


def _natural_order(path: Path) -> list[str | int]:
    """A key that puts frame_9 before frame_10."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", path.name)]


def _damaged(path: Path) -> InputError:
    return InputError(f"The picture {path.name} can't be read: it is damaged or no picture. Replace or remove it.")
