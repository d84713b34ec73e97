"""The codecs: what goes in comes out."""

import torch

from motionfollower.models.codec import KLCodec, LayerCodec
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
