"""At what size to work: rules from the size of a clip to the size that is read or edited."""

import math
from itertools import product

from preprocess.types import Size

WIDEST = 4.0  # beyond it a model's own sizes would be far from those it has learned


def fit_within(size: Size, side: int) -> Size:
    """`size` shrunk until its longer side is at most `side`, its aspect kept as whole pixels allow."""
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def working_size(size: Size, area: int = 512 * 512, multiple: int = 64) -> Size:
    """The size of about `area` pixels, in whole `multiple`s, that is nearest in aspect to `size`.

    Aspects beyond 4:1 count as 4:1; the rest is for a `Framing` to crop or letterbox.
    """
    aspect = min(max(size[0] / size[1], 1 / WIDEST), WIDEST)
    sizes = product(_around(math.sqrt(area * aspect), multiple), _around(math.sqrt(area / aspect), multiple))
    return min(sizes, key=lambda size: (abs(math.log(size[0] / size[1] / aspect)), abs(size[0] * size[1] - area)))


def _around(side: float, multiple: int) -> tuple[int, int]:
    """The multiples just below and above, at least one."""
    return max(1, math.floor(side / multiple)) * multiple, max(1, math.ceil(side / multiple)) * multiple
