"""The denoising U-Net: Stable Diffusion's, with motion modules, an appearance controller and tapped features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from torch import Tensor, nn
from torch.nn import functional as F

from motionfollower.models.config import UNetConfig
from motionfollower.models.controllers import AppearanceController
from motionfollower.models.layers import FeedForward, TimeEmbedding, fold, unfold
from motionfollower.models.unet.blocks import Conditions, DownBlock, MidBlock, UpBlock
from motionfollower.models.unet.kv_injection import KVExchange


@dataclass(frozen=True)
class Features:
    """A pass that stopped after some up block.

    `taps` are the asked-for up blocks' outputs, after their upsamplers, [b, c, f, h, w]; the rest is what
    `UNet.finish` needs: the activations [(b f), c, h, w], the next up block, the mid block's output and the
    skips, and what the up blocks may look at. `deep` is what the last up block was given, once it has run.
    """

    taps: dict[int, Tensor]
    hidden: Tensor
    next_block: int
    middle: Tensor
    skips: tuple[Tensor, ...]
    conditions: Conditions
    kv: KVExchange | None
    deep: Tensor | None = None

    def joined(self, kv: KVExchange) -> Features:
        """The same pass joined to another one by `kv`: its up blocks, which alone look at that, are yet to run."""
        return replace(self, taps={}, hidden=self.middle, next_block=0, kv=kv)


class UNet(nn.Module):
    """Latents at a timestep to v, or to x0 where the model was trained so.

    `use_checkpointing` trades time for memory in passes under grad.
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
        """Latents' height and width must be divisible by this."""
        return int(2 ** (len(self.config.channels) - 1))

    def split_feed_forwards(self, chunks: int) -> None:
        """Let all feed-forwards, whose middle is the widest of all, take their frames or pixels in so many chunks."""
        for module in self.modules():
            if isinstance(module, FeedForward):
                module.chunks = chunks

    def encode_appearance(self, frames: Tensor) -> tuple[Tensor, ...]:
        """One feature [b, c_k, f, h_k, w_k] for each down block, from frames [b, c, f, H, W] in [−1, 1].

        Where the configuration asks for 6 channels, the puppet is stacked behind the source frame.
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

        `image_embeds` [b, f, n, d], zeros for the unconditional half of CFG; `pose_features` and
        `appearance_features` as the controllers give them, one clip's serving a whole batch; `kv` joins this
        pass to another in camera mode.
        """
        features = self.features(latents, timestep, image_embeds, pose_features, appearance_features, (), kv)
        return self.finish(features)

    def features(
        self,
        latents: Tensor,
        timestep: int,
        image_embeds: Tensor,
        pose_features: Tensor,
        appearance_features: Sequence[Tensor],
        taps: Sequence[int],
        kv: KVExchange | None = None,
    ) -> Features:
        """The pass up to the last of the tapped up blocks, to be ended by `finish`."""
        x, conditions = self._enter(latents, timestep, image_embeds, pose_features)
        skips = [x]
        for block, appearance in zip(self.down_blocks, appearance_features, strict=True):
            x, more = block(x, conditions, fold(appearance, len(latents)))
            skips.extend(more)
        x = self.mid_block(x, conditions)
        start = Features({}, x, 0, x, tuple(skips), conditions, kv)
        return self._advance(start, max(taps, default=-1) + 1, taps)

    def shallow_features(
        self,
        latents: Tensor,
        timestep: int,
        image_embeds: Tensor,
        pose_features: Tensor,
        appearance_features: Sequence[Tensor],
        deep: Tensor,
        kv: KVExchange | None = None,
    ) -> Features:
        """A pass of the finest level alone, around the `deep` features of another pass, to be ended by `finish`.

        Between neighbouring steps deep features change little (DeepCache, Ma et al. 2024).
        """
        x, conditions = self._enter(latents, timestep, image_embeds, pose_features)
        _, more = self.down_blocks[0](x, conditions, fold(appearance_features[0], len(latents)))
        return Features({}, deep, len(self.up_blocks) - 1, deep, (x, *more), conditions, kv)

    def finish(self, features: Features) -> Tensor:
        """The rest of the pass: the prediction [b, c, f, h, w]."""
        end = self.through(features)
        x = self.conv_out(F.silu(self.conv_norm_out(end.hidden)))
        return unfold(x, end.conditions.frames)

    def through(self, features: Features) -> Features:
        """The same pass with all up blocks behind it, so that its `deep` features are known."""
        return self._advance(features, len(self.up_blocks), ())

    def _enter(
        self, latents: Tensor, timestep: int, image_embeds: Tensor, pose_features: Tensor
    ) -> tuple[Tensor, Conditions]:
        """The first activations [(b f), c, h, w], and what the layers may look at."""
        batch, frames, tokens = len(latents), latents.shape[2], image_embeds.flatten(0, 1)
        conditions = Conditions(self.time_embedding(timestep), tokens, frames, self.use_checkpointing)
        return self.conv_in(fold(latents, batch)) + fold(pose_features, batch), conditions

    def _advance(self, features: Features, stop: int, taps: Sequence[int]) -> Features:
        """Run the up blocks before `stop`, keeping the outputs of the tapped ones."""
        x, kept, conditions, deep = features.hidden, dict(features.taps), features.conditions, features.deep
        for index in range(features.next_block, stop):
            skips = self._skips_of(index, features.skips)
            deep = x if index == len(self.up_blocks) - 1 else deep
            x = self.up_blocks[index](x, conditions, skips, features.kv if index > 0 else None)
            if index in taps:
                kept[index] = unfold(x, conditions.frames)
        return replace(features, taps=kept, hidden=x, next_block=max(stop, features.next_block), deep=deep)

    def _skips_of(self, index: int, skips: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The skips that an up block takes: one a layer, the last ones first."""
        layers = self.config.layers_per_block + 1
        end = (len(self.up_blocks) - index) * layers
        return skips[end - layers : end]
