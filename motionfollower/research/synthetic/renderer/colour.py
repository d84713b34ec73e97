"""Conversion of sRGB colours to linear light."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

GAMMA = 2.2


def linear(colour: ArrayLike) -> NDArray[np.float64]:
    """Convert sRGB values in [0, 1] to linear light; values outside are clipped."""
    return np.asarray(np.clip(np.asarray(colour, np.float64), 0, 1) ** GAMMA)


def from_hex(text: str) -> tuple[float, float, float]:
    """Parse an sRGB colour in [0, 1] from six hexadecimal digits."""
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue
