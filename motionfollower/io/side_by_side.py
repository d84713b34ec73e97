"""Several clips side by side, each with a caption below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from preprocess.types import Frame

MAX_HEIGHT = 720  # of a panel, in pixels
CAPTION_FRACTION = 0.07  # of a panel's height
SMALLEST_CAPTION = 16
BACKGROUND, TEXT = (24, 24, 27), (244, 244, 245)


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
