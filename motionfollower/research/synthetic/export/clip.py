"""A rendered shot as arrays, and as the clip, poses and masks that the rest of the program uses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.annotations.visibility import scores_of
from motionfollower.research.synthetic.scene.scene import AnnotatedFrame, Renderer
from motionfollower.research.synthetic.scene.shot import Shot
from preprocess.progress import OnProgress, ignore_progress
from preprocess.types import Bools, Clip, Floats, MaskSequence, PoseSequence, Size

PERSON = 128  # of 255: least alpha of the person's mask
SHADOW = 0.94  # factor on the light below which a pixel counts as shadow


@dataclass(frozen=True)
class RenderedClip:
    """A rendered shot. `frames` and `plates`, the same without the person, are uint8 [F, H, W, 3].

    `alpha` uint8 [F, H, W] is the person's coverage of each pixel, `shade` uint8 [F, H, W] the factor of their shadow
    on the background's light, both of 255; `joints` f32 [F, 128, 2] are in pixels, `visibility` uint8 [F, 128].
    """

    fps: float
    frames: NDArray[np.uint8]
    plates: NDArray[np.uint8]
    alpha: NDArray[np.uint8]
    shade: NDArray[np.uint8]
    joints: Floats
    visibility: NDArray[np.uint8]

    @classmethod
    def of(cls, frames: list[AnnotatedFrame], fps: float) -> RenderedClip:
        """Stack rendered frames."""
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
        """The person's mask in every frame."""
        return MaskSequence(self.alpha >= PERSON, "truth")

    @property
    def shadows(self) -> Bools:
        """The mask of the person's shadow, bool [F, H, W]."""
        return np.asarray(self.shade < 255 * SHADOW)

    @property
    def poses(self) -> PoseSequence:
        """The joints with the scores of an ideal pose estimator."""
        scores = np.stack([scores_of(visibility) for visibility in self.visibility])
        return PoseSequence(np.where(scores[..., None] > 0, self.joints, 0), scores, self.size)


def _byte(values: Floats) -> NDArray[np.uint8]:
    return np.rint(255 * np.clip(values, 0, 1)).astype(np.uint8)


def render_clip(
    renderer: Renderer, shot: Shot, fps: float, on_progress: OnProgress = ignore_progress, *, done: int = 0
) -> RenderedClip:
    """Render a shot; report the number of frames done, added to `done` earlier ones."""
    frames = []
    for frame in renderer.render(shot):
        frames.append(frame)
        on_progress(done + len(frames))
    return RenderedClip.of(frames, fps)
