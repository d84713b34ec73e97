"""A take as arrays, in the words of the rest of the program: a clip, poses, masks."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.annotations.visibility import scores_of
from motionfollower.research.synthetic.scene.scene import Renderer, TrueFrame
from motionfollower.research.synthetic.scene.shot import Shot
from preprocess.types import Bools, Clip, Floats, MaskSequence, PoseSequence, Size

PERSON = 128  # of 255: a pixel is the person from half of it on
SHADOW = 0.94  # share of the light: less is a shadow


@dataclass(frozen=True)
class RenderedClip:
    """A rendered take. `frames` and `plates`, the same without anybody, are uint8 [F, H, W, 3].

    `alpha` uint8 [F, H, W] is how much of each pixel is the person, `shade` uint8 [F, H, W] how much light their
    shadow leaves, both of 255; `joints` f32 [F, 128, 2] in pixels, `visibility` uint8 [F, 128].
    """

    fps: float
    frames: NDArray[np.uint8]
    plates: NDArray[np.uint8]
    alpha: NDArray[np.uint8]
    shade: NDArray[np.uint8]
    joints: Floats
    visibility: NDArray[np.uint8]

    @classmethod
    def of(cls, frames: list[TrueFrame], fps: float) -> RenderedClip:
        """The footage of rendered frames."""
        return cls(
            fps=fps,
            frames=np.stack([frame.image for frame in frames]),
            plates=np.stack([frame.plate for frame in frames]),
            alpha=np.stack([_byte(frame.alpha) for frame in frames]),
            shade=np.stack([_byte(frame.shade) for frame in frames]),
            joints=np.stack([frame.joints for frame in frames]).astype(np.float32),
            visibility=np.stack([frame.visibility for frame in frames]),
        )

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def size(self) -> Size:
        """(width, height)."""
        return self.frames.shape[2], self.frames.shape[1]

    @property
    def clip(self) -> Clip:
        """The frames as a clip."""
        return Clip(self.frames, self.fps)

    @property
    def masks(self) -> MaskSequence:
        """Where the person is."""
        return MaskSequence(self.alpha >= PERSON, "truth")

    @property
    def shadows(self) -> Bools:
        """Where the person's shadow is, bool [F, H, W]."""
        return np.asarray(self.shade < 255 * SHADOW)

    @property
    def poses(self) -> PoseSequence:
        """The joints with the scores of an estimator that sees everything."""
        scores = np.stack([scores_of(judged) for judged in self.visibility])
        return PoseSequence(np.where(scores[..., None] > 0, self.joints, 0), scores, self.size)


def _byte(share: Floats) -> NDArray[np.uint8]:
    return np.rint(255 * np.clip(share, 0, 1)).astype(np.uint8)


def render_clip(renderer: Renderer, take: Shot, fps: float, done: int = 0) -> Generator[int, None, RenderedClip]:
    """Render a take; yield the number of frames done, counted from `done` on."""
    frames = []
    for frame in renderer.render(take):
        frames.append(frame)
        yield done + len(frames)
    return RenderedClip.of(frames, fps)
