"""Pictures for showing: several clips beside each other, each with a caption below it."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from preprocess.types import Frames

MAX_HEIGHT = 720  # of a panel, in pixels
CAPTION_SHARE = 0.07  # of a panel's height
SMALLEST_CAPTION = 16
BACKGROUND, TEXT = (24, 24, 27), (244, 244, 245)


def side_by_side(panels: Mapping[str, Iterable[Frames]]) -> Generator[Frames, None, None]:
    """Yield frames uint8 [H, W, 3] with the frames of all `panels`, by caption, from left to right.

    The panels have one length; where their heights differ, they are scaled to the largest or to MAX_HEIGHT.
    """
    rows = zip(*panels.values(), strict=True)
    first = next(rows)
    height = min(max(len(frame) for frame in first), MAX_HEIGHT)
    widths = [max(1, round(frame.shape[1] * height / len(frame))) for frame in first]
    strip = _strip(list(panels), widths, max(SMALLEST_CAPTION, round(height * CAPTION_SHARE)))
    for row in chain([first], rows):
        pictures = [_resize(frame, width, height) for frame, width in zip(row, widths, strict=True)]
        yield np.vstack([np.hstack(pictures), strip])


def _resize(frame: Frames, width: int, height: int) -> Frames:
    if frame.shape[:2] == (height, width):
        return frame
    return np.asarray(Image.fromarray(frame).resize((width, height), Image.Resampling.LANCZOS))


def _strip(captions: Sequence[str], widths: Sequence[int], height: int) -> Frames:
    """The captions, each in the middle below its panel."""
    picture = Image.new("RGB", (sum(widths), height), BACKGROUND)
    draw = ImageDraw.Draw(picture)
    left = 0
    for caption, width in zip(captions, widths, strict=True):
        font = _fitting_font(caption, width, height)
        draw.text((left + width / 2, height / 2), caption, TEXT, font, anchor="mm")
        left += width
    return np.asarray(picture)


def _fitting_font(caption: str, width: int, height: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The default font as large as the strip lets it be, smaller where the panel is narrow."""
    size = 0.6 * height
    length = ImageFont.load_default(size).getlength(caption)
    return ImageFont.load_default(max(1, size * min(1, 0.9 * width / length)))
