"""A placement: how large the target's person becomes and where the feet stand, and the maps that follow."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from preprocess.types import Floats, Size


@dataclass(frozen=True)
class ManualAlignment:
    """What a person sets by hand on top of any mode.

    `scale` enlarges the person about the foot point; `x` and `y` move the person right and down, in pixels of
    the source; `foot_line` is the row of the source picture on which the feet stand, 0 where the mode decides.
    """

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0
    foot_line: float = 0.0


@dataclass(frozen=True)
class Placement:
    """The target's person in the source picture, frame by frame.

    The foot points `feet` f32 [F, 2] of the target, in its pixels, come to `places` f32 [F, 2] in the source's;
    around them everything is scaled by `scales` f32 [F], pixels of the source per pixel of the target.
    """

    scales: Floats
    feet: Floats
    places: Floats

    def transforms(self) -> Floats:
        """The affine maps f32 [F, 2, 3] from the target's pixels to the source's."""
        linear = self.scales[:, None, None] * np.eye(2, dtype=np.float32)
        offsets = self.places - self.scales[:, None] * self.feet
        return np.concatenate([linear, offsets[..., None]], axis=-1).astype(np.float32)

    def adjusted(self, manual: ManualAlignment) -> Placement:
        """The placement with the settings made by hand."""
        places = self.places + np.array([manual.x, manual.y], np.float32)
        if manual.foot_line:
            places[:, 1] += manual.foot_line - np.median(self.places[:, 1])
        return replace(self, scales=self.scales * np.float32(manual.scale), places=places)


def fit_factor(target: Size, source: Size) -> float:
    """The factor at which a target picture just fits into a source picture."""
    return min(source[0] / target[0], source[1] / target[1])


def fit_points(points: Floats, target: Size, source: Size) -> Floats:
    """Pixels [..., 2] of the target in the source picture: letterboxed, one scale for both axes, centred."""
    factor = fit_factor(target, source)
    margin = (np.array(source) - factor * np.array(target)) / 2
    fitted: Floats = ((points + 0.5) * factor + margin - 0.5).astype(np.float32)
    return fitted
