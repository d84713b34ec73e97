"""The codecs: what goes in comes out."""

import torch

from motionfollower.models.codecs import KLCodec, LayerCodec
from motionfollower.models.config import KLCodecConfig, LayerCodecConfig


def frames(seed: int, size: int = 16) -> torch.Tensor:
    return torch.rand(1, 3, 2, size, 2 * size, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def test_a_layer_covers_the_puppet_and_zero_latents_leave_it():
    codec, clip, puppet = LayerCodec(LayerCodecConfig()), frames(0), frames(1)
    latents = codec.encode(clip, puppet)
    assert latents.shape == (1, codec.latent_channels, 2, 4, 8)
    torch.testing.assert_close(codec.decode(latents, puppet), clip, atol=0.04, rtol=0)
    torch.testing.assert_close(codec.decode(torch.zeros_like(latents), puppet), puppet, atol=0.02, rtol=0)


def test_a_layer_is_as_opaque_as_it_says():
    codec, clip = LayerCodec(LayerCodecConfig(patch=2)), frames(0)
    latents = codec.encode(clip)
    latents[:, -6:-2] = codec.config.half_opaque  # the opacity of a patch comes last but for its shift
    colours, opacity = codec.layer(latents)
    torch.testing.assert_close(colours, clip)
    torch.testing.assert_close(opacity, torch.full_like(opacity, 0.5))
    torch.testing.assert_close(codec.decode(latents, -clip), torch.zeros_like(clip))


def test_a_shift_reads_the_puppet_so_many_patches_to_the_right_and_down():
    codec, puppet = LayerCodec(LayerCodecConfig(patch=4, slope=100)), frames(1)
    latents = torch.zeros_like(codec.encode(puppet))
    latents[:, -2], latents[:, -1] = 0.5, -0.25
    moved = codec.decode(latents, puppet)
    torch.testing.assert_close(moved[..., 1:, :-2], puppet[..., :-1, 2:], atol=1e-4, rtol=0)
    torch.testing.assert_close(moved[..., 0, :-2], puppet[..., 0, 2:], atol=1e-4, rtol=0)  # the edge goes on


def test_a_finer_puppet_keeps_its_detail_below_the_layer():
    codec, clip, puppet = LayerCodec(LayerCodecConfig(patch=2, slope=100)), frames(0, 8), frames(1, 24)
    latents = codec.encode(clip)
    latents[..., 4:] = 0
    edit = codec.decode(latents, puppet)
    torch.testing.assert_close(edit[..., 27:], puppet[..., 27:], atol=1e-4, rtol=0)
    torch.testing.assert_close(edit[..., 1::3, 1:24:3], clip[..., :8], atol=1e-4, rtol=0)


@torch.no_grad()
def test_kl_codec_takes_each_frame_alone():
    torch.manual_seed(0)
    codec = KLCodec(KLCodecConfig(channels=(8, 8, 8), layers_per_block=1, groups=4)).eval()
    clip = frames(0, 32)
    latents = codec.encode(clip)
    assert latents.shape == (1, codec.latent_channels, 2, 32 // codec.factor, 64 // codec.factor)
    assert codec.decode(latents).shape == clip.shape
    torch.testing.assert_close(codec.decode(latents)[:, :, 1:], codec.decode(latents[:, :, 1:]))


TILED = KLCodecConfig(channels=(8, 8, 8), layers_per_block=1, groups=4, tile=32)
"""Tiles of 32 pixels, 8 latents, a quarter of which overlaps the next one."""


def tiled_codec() -> KLCodec:
    """Seed 0."""
    torch.manual_seed(0)
    codec = KLCodec(TILED).eval().requires_grad_(False)
    codec.use_tiles(is_on=True)
    return codec


def test_tiles_are_those_of_the_whole_picture_with_blended_seams():
    """Untrained, each tile's own normalization shows: in a quarter of the contrast. Misplaced tiles show in all."""
    codec = tiled_codec()
    latents = torch.randn(1, 4, 2, 16, 24, generator=torch.Generator().manual_seed(0))
    tiled = codec.decode(latents)
    torch.testing.assert_close(tiled[..., :24, :24], codec.decode(latents[..., :8, :8])[..., :24, :24])
    last = codec.decode(latents[..., 12:, 18:])[..., 8:, 8:]  # the last tiles start where three quarters of two end
    torch.testing.assert_close(tiled[..., 56:, 80:], last)
    codec.use_tiles(is_on=False)
    whole = codec.decode(latents)
    assert tiled.shape == whole.shape
    assert 0 < float((tiled - whole).abs().mean()) < 0.3 * float(whole.std())


def test_seams_fade_from_one_tile_to_the_next():
    codec = tiled_codec()
    latents = torch.randn(1, 4, 1, 8, 14, generator=torch.Generator().manual_seed(0))
    tiled, before, after = (codec.decode(part)[..., :24, :] for part in (latents, latents[..., :8], latents[..., 6:]))
    share = torch.arange(8) / 8  # below row 24 a tile of the next row begins
    torch.testing.assert_close(tiled[..., 24:32], before[..., 24:] * (1 - share) + after[..., :8] * share)


def test_a_picture_within_a_tile_stays_as_it_is():
    codec, latents = tiled_codec(), torch.randn(1, 4, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    tiled = codec.decode(latents), codec.encode(frames(0, 32)[..., :32])
    codec.use_tiles(is_on=False)
    assert torch.equal(tiled[0], codec.decode(latents))
    assert torch.equal(tiled[1], codec.encode(frames(0, 32)[..., :32]))


def test_pictures_of_many_tiles_keep_their_size():
    """Sizes whose last tile is a sliver, both ways."""
    codec, clip = tiled_codec(), frames(0, 52)
    latents = codec.encode(clip)
    assert latents.shape == (1, 4, 2, 13, 26)
    assert codec.decode(latents).shape == clip.shape
