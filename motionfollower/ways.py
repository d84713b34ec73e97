"""The ways to run an edit in less memory."""

from __future__ import annotations

from dataclasses import dataclass

from motionfollower.models.codec import KLCodec
from motionfollower.models.networks import Networks
from motionfollower.offload import bring_back, send_away


@dataclass(frozen=True)
class Way:
    """How an edit runs. All of these save memory and cost time; the `tiles` alone change the result, a little.

    It `offloads` networks to the machine's memory while they have nothing to do; guided passes with `checkpoints`
    compute layers again instead of keeping them; feed-forwards work in `chunks`; the codec takes large pictures in
    `tiles`.
    """

    offloads: bool = False
    checkpoints: bool = False
    chunks: int = 1
    tiles: bool = False

    def set_up(self, networks: Networks) -> None:
        """Let the networks run like this."""
        networks.unet.use_checkpointing = self.checkpoints
        networks.unet.split_feed_forwards(self.chunks)
        if isinstance(networks.codec, KLCodec):
            networks.codec.use_tiles(is_on=self.tiles)
        if self.offloads:
            send_away(networks)
        else:
            bring_back(networks)

    def words(self) -> list[str]:
        """What is done for memory, for people."""
        said = {
            "idle networks off the GPU": self.offloads,
            "layers computed twice": self.checkpoints,
            "in chunks": self.chunks > 1,
            "pictures in tiles": self.tiles,
        }
        return [words for words, is_so in said.items() if is_so]
