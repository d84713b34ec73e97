"""How much of a wrong mask one click corrects: `python tools/measure_clicks.py CASE …`.

In all frames of a released case, a disc at the person's outline is removed from the mask, or added to it; one click in
the middle frame, at the centre of the error, should correct it. Prints the fraction of the wrong pixels that are
corrected, over all discs, by distance from the clicked frame, and the seconds per click.
"""

import sys
import time
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # a script has only its own folder on the path

from motionfollower.io.case import read_case
from preprocess.segmentation.point_prompts import MaskClick
from preprocess.segmentation.refine import GrabCutRefiner
from preprocess.types import Bools, Clip, ClipPoint, MaskSequence

FRAMES, MIDDLE = 13, 6
DISTANCES = (-6, -3, -1, 0, 1, 3, 6)
DISCS = 24
SMALLEST, LARGEST = 20, 55  # pixels, of 512


def disc_at_the_outline(mask: Bools, random: np.random.Generator) -> Bools:
    rows, columns = np.nonzero(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3))))
    pixel = random.integers(len(rows))
    y, x = np.mgrid[: mask.shape[0], : mask.shape[1]]
    return np.asarray(np.hypot(y - rows[pixel], x - columns[pixel]) < random.integers(SMALLEST, LARGEST))


def innermost(mask: Bools) -> tuple[int, int]:
    """The (column, row) inside the mask that is farthest from its outline."""
    distance = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    row, column = np.unravel_index(distance.argmax(), distance.shape)
    return int(column), int(row)


def click_once(clip: Clip, truth: Bools, disc: Bools, *, adds: bool) -> list[tuple[int, int]]:
    """The number of wrong pixels before and after the click, at each distance."""
    wrong = truth & ~disc if adds else truth | disc
    x, y = innermost(wrong[MIDDLE] != truth[MIDDLE])
    at = ClipPoint((x + 0.5) / clip.size[0], (y + 0.5) / clip.size[1], MIDDLE)
    refined = GrabCutRefiner().refine(clip, MaskSequence(wrong, "wrong"), [MaskClick(at, adds)]).masks
    frames = [MIDDLE + distance for distance in DISTANCES]
    return [((wrong[i] != truth[i]).sum(), (refined[i] != truth[i]).sum()) for i in frames]


def measure(case: Path) -> None:
    inputs, random = read_case(case, FRAMES), np.random.default_rng(0)
    truth = inputs.source_masks.masks
    began = time.perf_counter()
    counts = np.array(
        [
            click_once(inputs.source, truth, disc_at_the_outline(truth[MIDDLE], random), adds=index % 2 == 0)
            for index in range(DISCS)
        ]
    )
    seconds = (time.perf_counter() - began) / DISCS
    for kind, chosen in (("add", counts[::2]), ("remove", counts[1::2])):
        fractions = 1 - chosen[..., 1].sum(axis=0) / chosen[..., 0].sum(axis=0)
        print(
            f"{case.name:10} {kind:7} "
            + " ".join(f"{fraction:6.2f}" for fraction in fractions)
            + f"   {seconds:.2f} s per click"
        )


if __name__ == "__main__":
    print(f"{'frame':18} " + " ".join(f"{distance:+6d}" for distance in DISTANCES))
    for argument in sys.argv[1:]:
        measure(Path(argument))
