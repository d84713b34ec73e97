"""The denoising U-Net: Stable Diffusion's, with motion modules, an appearance controller and tapped features.

A pass can pause after an up block (`UNet.start_pass`), so that score guidance can differentiate the tapped features,
and then be completed without gradients (`UNet.finish_pass`): one pass gives both the features and the prediction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from torch import Tensor, nn
from torch.nn import functional as F

from motionfollower.models.config import UNetConfig
from motionfollower.models.controllers import AppearanceController
from motionfollower.models.layers import FeedForward, TimeEmbedding, fold_frames, unfold_frames
from motionfollower.models.unet.blocks import DownBlock, MidBlock, PassConditioning, UpBlock
from motionfollower.models.unet.kv_injection import KVExchange


@dataclass(frozen=True)
class PassState:
    """A pass that has paused after some up block.

    `taps` maps the index of each tapped up block to its output, after its upsampler, [b, c, f, h, w]. The rest is
    what `UNet.finish_pass` needs: the activations `hidden` [(b f), c, h, w], the index of the next up block, the mid
    block's output, the skip connections, and the conditioning. `deep` is the input of the last up block, once that
    has run.
    """

    taps: dict[int, Tensor]
    hidden: Tensor
    next_block: int
    middle: Tensor
    skips: tuple[Tensor, ...]
    conditioning: PassConditioning
    kv: KVExchange | None
    deep: Tensor | None = None

    def with_kv(self, kv: KVExchange) -> PassState:
        """The same pass with `kv` injected, paused after the mid block: only the up blocks use keys and values."""
        return replace(self, taps={}, hidden=self.middle, next_block=0, kv=kv)


class UNet(nn.Module):
    """The denoising U-Net: latents at a timestep to v, or to x0 where the model was trained to predict that.

    `use_checkpointing` recomputes activations in the backward pass: less memory, more time under grad.
    """

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        self.config = config
        self.use_checkpointing = False
        widths = config.channels
        self.conv_in = nn.Conv2d(config.in_channels, widths[0], 3, padding=1)
        self.time_embedding = TimeEmbedding(widths[0], 4 * widths[0])
        self.down_blocks = nn.ModuleList(DownBlock(config, level) for level in range(len(widths)))
        self.mid_block = MidBlock(config)
        self.up_blocks = nn.ModuleList(UpBlock(config, index) for index in range(len(widths)))
        self.conv_norm_out = nn.GroupNorm(config.groups, widths[0], config.norm_eps)
        self.conv_out = nn.Conv2d(widths[0], config.out_channels, 3, padding=1)
        self.appearance_adapter = AppearanceController(config.appearance)

    @property
    def multiple(self) -> int:
        """The height and width of the latents must be multiples of this."""
        return int(2 ** (len(self.config.channels) - 1))

    def split_feed_forwards(self, chunks: int) -> None:
        """Process the tokens of all feed-forward layers, which have the widest activations, in this many chunks."""
        for module in self.modules():
            if isinstance(module, FeedForward):
                module.chunks = chunks

    def encode_appearance(self, frames: Tensor) -> tuple[Tensor, ...]:
        """One appearance feature [b, c_k, f, h_k, w_k] for each down block, from frames [b, c, f, H, W] in [−1, 1].

        For a configuration with 6 image channels, the puppet's channels follow those of the source frame.
        """
        return self.appearance_adapter(frames)

    def forward(
        self,
        latents: Tensor,
        timestep: int,
        image_embeds: Tensor,
        pose_features: Tensor,
        appearance_features: Sequence[Tensor],
        kv: KVExchange | None = None,
    ) -> Tensor:
        """The prediction [b, c, f, h, w] for latents of that shape.

        `image_embeds` [b, f, n, d] are zeros for the unconditional half of classifier-free guidance; `pose_features`
        and `appearance_features` are the controllers' outputs, of the whole batch or of one clip for all of it; `kv`
        records or injects keys and values in camera mode.
        """
        state = self.start_pass(latents, timestep, image_embeds, pose_features, appearance_features, (), kv)
        return self.finish_pass(state)

    def start_pass(
        self,
        latents: Tensor,
        timestep: int,
        image_embeds: Tensor,
        pose_features: Tensor,
        appearance_features: Sequence[Tensor],
        taps: Sequence[int],
        kv: KVExchange | None = None,
    ) -> PassState:
        """Run a pass up to the last of the tapped up blocks; `finish_pass` completes it."""
        x, conditioning = self._embed(latents, timestep, image_embeds, pose_features)
        skips = [x]
        for block, appearance in zip(self.down_blocks, appearance_features, strict=True):
            x, block_skips = block(x, conditioning, fold_frames(appearance, len(latents)))
            skips.extend(block_skips)
        x = self.mid_block(x, conditioning)
        start = PassState({}, x, 0, x, tuple(skips), conditioning, kv)
        return self._advance(start, max(taps, default=-1) + 1, taps)

    def start_shallow_pass(
        self,
        latents: Tensor,
        timestep: int,
        image_embeds: Tensor,
        pose_features: Tensor,
        appearance_features: Sequence[Tensor],
        deep: Tensor,
        kv: KVExchange | None = None,
    ) -> PassState:
        """Run a pass of the finest level only, with the `deep` features of another pass; `finish_pass` completes it.

        Deep features change little between adjacent steps (DeepCache, Ma et al. 2024).
        """
        x, conditioning = self._embed(latents, timestep, image_embeds, pose_features)
        _, block_skips = self.down_blocks[0](x, conditioning, fold_frames(appearance_features[0], len(latents)))
        return PassState({}, deep, len(self.up_blocks) - 1, deep, (x, *block_skips), conditioning, kv)

    def finish_pass(self, state: PassState) -> Tensor:
        """Complete a pass; returns the prediction [b, c, f, h, w]."""
        end = self.run_up_blocks(state)
        x = self.conv_out(F.silu(self.conv_norm_out(end.hidden)))
        return unfold_frames(x, end.conditioning.frames)

    def run_up_blocks(self, state: PassState) -> PassState:
        """The same pass after all up blocks, which sets its `deep` features."""
        return self._advance(state, len(self.up_blocks), ())

    def _embed(
        self, latents: Tensor, timestep: int, image_embeds: Tensor, pose_features: Tensor
    ) -> tuple[Tensor, PassConditioning]:
        """`conv_in` plus the pose feature, [(b f), c, h, w], and the conditioning of all layers."""
        batch, frames, tokens = len(latents), latents.shape[2], image_embeds.flatten(0, 1)
        conditioning = PassConditioning(self.time_embedding(timestep), tokens, frames, self.use_checkpointing)
        return self.conv_in(fold_frames(latents, batch)) + fold_frames(pose_features, batch), conditioning

    def _advance(self, state: PassState, stop: int, taps: Sequence[int]) -> PassState:
        """Run the up blocks before index `stop`, keeping the outputs of the tapped ones."""
        x, tapped, conditioning, deep = state.hidden, dict(state.taps), state.conditioning, state.deep
        for index in range(state.next_block, stop):
            skips = self._skips_for(index, state.skips)
            deep = x if index == len(self.up_blocks) - 1 else deep
            x = self.up_blocks[index](x, conditioning, skips, state.kv if index > 0 else None)
            if index in taps:
                tapped[index] = unfold_frames(x, conditioning.frames)
        return replace(state, taps=tapped, hidden=x, next_block=max(stop, state.next_block), deep=deep)

    def _skips_for(self, index: int, skips: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The skip connections of an up block, one per layer; the first up block takes the last ones."""
        layers = self.config.layers_per_block + 1
        end = (len(self.up_blocks) - index) * layers
        return skips[end - layers : end]
