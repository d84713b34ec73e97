"""Image folders as clips: the images in order, their size, and decoding."""

import re
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from preprocess.types import Frame, InputError, Size

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}
# No other formats: some of Pillow's start external programs.
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")

_ORIENTATION = 0x0112  # EXIF tag; from 5 on, the image is rotated by 90°
_DAMAGE = (OSError, ValueError, SyntaxError)


def list_images(folder: Path) -> tuple[Path, ...]:
    """The folder's images in natural order; only those named frame_<i> if there are any."""
    images = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.name[0] != "."]
    numbered = [path for path in images if re.fullmatch(r"frame_\d+", path.stem)]
    return tuple(sorted(numbered or images, key=_natural_order))


def image_size(path: Path) -> Size:
    """(width, height) of the upright image, from its header; InputError where the file is not an image."""
    try:
        with Image.open(path, formats=FORMATS) as image:
            is_rotated = _header_orientation(image) >= 5 and image.format != "TIFF"  # Pillow has turned its size
            width, height = image.size
    except Image.DecompressionBombError as error:
        raise InputError(f"The image {path.name} is too large to be read. Scale it first.") from error
    except _DAMAGE as error:
        raise _damaged(path) from error
    return (height, width) if is_rotated else (width, height)


def read_image(path: Path, size: Size) -> Frame:
    """The upright image scaled to `size`, uint8 [H, W, 3] RGB; InputError where it is damaged."""
    try:
        with Image.open(path, formats=FORMATS) as image:
            _header_orientation(image)
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (*_DAMAGE, Image.DecompressionBombError) as error:
        raise _damaged(path) from error
    return np.array(upright.resize(size, Image.Resampling.LANCZOS))


def _header_orientation(image: Image.Image) -> int:
    """The EXIF orientation, which the image keeps from then on; PNG's own method would decode the image for it."""
    return int(Image.Image.getexif(image).get(_ORIENTATION, 1))


def _natural_order(path: Path) -> list[str | int]:
    """A sort key that orders frame_9 before frame_10."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", path.name)]


def _damaged(path: Path) -> InputError:
    return InputError(f"The image {path.name} can't be read: it is damaged or not an image. Replace or remove it.")
