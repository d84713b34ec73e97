"""Codecs: encoding and decoding, the layer over the puppet, tiles."""

import torch

from motionfollower.models.codecs import KLCodec, LayerCodec
from motionfollower.models.config import KLCodecConfig, LayerCodecConfig


def frames(seed: int, size: int = 16) -> torch.Tensor:
    return torch.rand(1, 3, 2, size, 2 * size, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def test_an_encoded_layer_hides_the_puppet_and_zero_latents_show_it():
    codec, clip, puppet = LayerCodec(LayerCodecConfig()), frames(0), frames(1)
    latents = codec.encode(clip, puppet)
    assert latents.shape == (1, codec.latent_channels, 2, 4, 8)
    torch.testing.assert_close(codec.decode(latents, puppet), clip, atol=0.04, rtol=0)
    torch.testing.assert_close(codec.decode(torch.zeros_like(latents), puppet), puppet, atol=0.02, rtol=0)


def test_half_opaque_is_an_opacity_of_one_half():
    codec, clip = LayerCodec(LayerCodecConfig(patch=2)), frames(0)
    latents = codec.encode(clip)
    latents[:, -6:-2] = codec.config.half_opaque  # the channels of opacity are those before the two of the shift
    colours, opacity = codec.layer(latents)
    torch.testing.assert_close(colours, clip)
    torch.testing.assert_close(opacity, torch.full_like(opacity, 0.5))
    torch.testing.assert_close(codec.decode(latents, -clip), torch.zeros_like(clip))


def test_a_shift_reads_the_puppet_from_that_many_patches_to_the_right_and_down():
    codec, puppet = LayerCodec(LayerCodecConfig(patch=4, slope=100)), frames(1)
    latents = torch.zeros_like(codec.encode(puppet))
    latents[:, -2], latents[:, -1] = 0.5, -0.25
    moved = codec.decode(latents, puppet)
    torch.testing.assert_close(moved[..., 1:, :-2], puppet[..., :-1, 2:], atol=1e-4, rtol=0)
    torch.testing.assert_close(moved[..., 0, :-2], puppet[..., 0, 2:], atol=1e-4, rtol=0)  # the edge is repeated


def test_a_puppet_of_higher_resolution_keeps_its_detail():
    codec, clip, puppet = LayerCodec(LayerCodecConfig(patch=2, slope=100)), frames(0, 8), frames(1, 24)
    latents = codec.encode(clip)
    latents[..., 4:] = 0
    edit = codec.decode(latents, puppet)
    torch.testing.assert_close(edit[..., 27:], puppet[..., 27:], atol=1e-4, rtol=0)
    torch.testing.assert_close(edit[..., 1::3, 1:24:3], clip[..., :8], atol=1e-4, rtol=0)


@torch.no_grad()
def test_the_kl_codec_codes_each_frame_alone():
    torch.manual_seed(0)
    codec = KLCodec(KLCodecConfig(channels=(8, 8, 8), layers_per_block=1, groups=4)).eval()
    clip = frames(0, 32)
    latents = codec.encode(clip)
    assert latents.shape == (1, codec.latent_channels, 2, 32 // codec.factor, 64 // codec.factor)
    assert codec.decode(latents).shape == clip.shape
    torch.testing.assert_close(codec.decode(latents)[:, :, 1:], codec.decode(latents[:, :, 1:]))


TILED = KLCodecConfig(channels=(8, 8, 8), layers_per_block=1, groups=4, tile=32)
"""Tiles of 32 pixels, that is 8 latents, a quarter of which overlaps the next tile."""


def tiled_codec() -> KLCodec:
    """A codec with tiles on, initialised with seed 0."""
    torch.manual_seed(0)
    codec = KLCodec(TILED).eval().requires_grad_(False)
    codec.use_tiles(is_on=True)
    return codec


def test_tiles_are_parts_of_the_whole_image_with_blended_seams():
    """Untrained, the normalization of each tile changes about a quarter of the contrast; misplaced tiles change all."""
    codec = tiled_codec()
    latents = torch.randn(1, 4, 2, 16, 24, generator=torch.Generator().manual_seed(0))
    tiled = codec.decode(latents)
    torch.testing.assert_close(tiled[..., :24, :24], codec.decode(latents[..., :8, :8])[..., :24, :24])
    last = codec.decode(latents[..., 12:, 18:])[
        ..., 8:, 8:
    ]  # the last tiles start where three quarters of two tiles end
    torch.testing.assert_close(tiled[..., 56:, 80:], last)
    codec.use_tiles(is_on=False)
    whole = codec.decode(latents)
    assert tiled.shape == whole.shape
    assert 0 < float((tiled - whole).abs().mean()) < 0.3 * float(whole.std())


def test_seams_fade_from_one_tile_to_the_next():
    codec = tiled_codec()
    latents = torch.randn(1, 4, 1, 8, 14, generator=torch.Generator().manual_seed(0))
    tiled, before, after = (codec.decode(part)[..., :24, :] for part in (latents, latents[..., :8], latents[..., 6:]))
    weight = torch.arange(8) / 8  # at row 24 the next row of tiles begins
    torch.testing.assert_close(tiled[..., 24:32], before[..., 24:] * (1 - weight) + after[..., :8] * weight)


def test_an_image_within_a_tile_is_coded_whole():
    codec, latents = tiled_codec(), torch.randn(1, 4, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    tiled = codec.decode(latents), codec.encode(frames(0, 32)[..., :32])
    codec.use_tiles(is_on=False)
    assert torch.equal(tiled[0], codec.decode(latents))
    assert torch.equal(tiled[1], codec.encode(frames(0, 32)[..., :32]))


def test_images_of_many_tiles_keep_their_size():
    """A size whose last tile is narrow in both directions."""
    codec, clip = tiled_codec(), frames(0, 52)
    latents = codec.encode(clip)
    assert latents.shape == (1, 4, 2, 13, 26)
    assert codec.decode(latents).shape == clip.shape


def test_only_the_kl_codec_has_tiles_and_only_the_layer_codec_a_layer():
    latents = torch.zeros(1, LayerCodec(LayerCodecConfig()).latent_channels, 1, 2, 2)
    assert (TILED.tile, LayerCodecConfig().tile) == (32, None)
    assert LayerCodec(LayerCodecConfig()).layer(latents) is not None
    assert tiled_codec().layer(latents) is None
    for is_on in (True, False):
        LayerCodec(LayerCodecConfig()).use_tiles(is_on=is_on)


def test_tile_blending_can_be_disabled():
    codec = tiled_codec()
    latents = torch.randn(1, 4, 1, 8, 14, generator=torch.Generator().manual_seed(0))
    codec.disable_tile_blending()
    LayerCodec(LayerCodecConfig()).disable_tile_blending()
    unblended, second_tile = codec.decode(latents), codec.decode(latents[..., 6:])
    torch.testing.assert_close(unblended[..., :24, 24:32], second_tile[..., :24, :8])
