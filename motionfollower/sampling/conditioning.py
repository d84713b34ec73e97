"""The conditioning of the U-Net besides the noisy latents, computed once for the whole clip."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Conditioning:
    """The conditioning of both branches, for one clip of f frames.

    `image_embeds` [1, f, n, d] are the source frames' CLIP tokens; `source_pose` and `target_pose` [1, c, f, h, w]
    are the pose controller's features of the source and of the aligned poses; `appearance` holds the appearance
    controller's features of the source frames, one [1, c, f, h, w] per level; `source_mask` and `target_mask`
    f32 [f, H, W] in {0, 1} show where the person is, and where they will be.
    """

    image_embeds: Tensor
    source_pose: Tensor
    target_pose: Tensor
    appearance: tuple[Tensor, ...]
    source_mask: Tensor
    target_mask: Tensor

    def __len__(self) -> int:
        return len(self.source_mask)

    def tensors(self) -> tuple[Tensor, ...]:
        """All tensors."""
        poses, masks = (self.source_pose, self.target_pose), (self.source_mask, self.target_mask)
        return (self.image_embeds, *poses, *self.appearance, *masks)

    def window(self, frames: slice) -> Conditioning:
        """The conditioning of some consecutive frames of the clip."""
        return Conditioning(
            image_embeds=self.image_embeds[:, frames],
            source_pose=self.source_pose[:, :, frames],
            target_pose=self.target_pose[:, :, frames],
            appearance=tuple(level[:, :, frames] for level in self.appearance),
            source_mask=self.source_mask[frames],
            target_mask=self.target_mask[frames],
        )
