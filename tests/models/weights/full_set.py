"""The full model's checkpoints, with the released names, keys and configurations, at a tiny width."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from motionfollower.models.codecs import KLCodec
from motionfollower.models.model import Networks, build_networks
from motionfollower.models.weights.released_config import released_config
from tests.models.tiny import randomize_zero_layers

UNET = {
    "_class_name": "UNet2DConditionModel",
    "attention_head_dim": 8,
    "block_out_channels": [32, 32, 32, 32],
    "cross_attention_dim": 16,
    "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
    "in_channels": 4,
    "layers_per_block": 2,
    "norm_eps": 1e-05,
    "norm_num_groups": 32,
    "out_channels": 4,
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
}
CLIP = {
    "hidden_act": "quick_gelu",
    "hidden_size": 16,
    "image_size": 28,
    "intermediate_size": 32,
    "num_attention_heads": 2,
    "num_hidden_layers": 1,
    "patch_size": 14,
    "projection_dim": 16,
}
VAE = {"block_out_channels": [8, 8, 8, 8], "latent_channels": 4, "layers_per_block": 1, "norm_num_groups": 4}

FULL_UNET = {**UNET, "block_out_channels": [320, 640, 1280, 1280], "cross_attention_dim": 768}
FULL_CLIP = {
    **CLIP, "hidden_size": 1024, "image_size": 224, "intermediate_size": 4096, "num_attention_heads": 16,
    "num_hidden_layers": 24, "projection_dim": 768,
}  # fmt: skip
FULL_VAE = {
    "block_out_channels": [128, 256, 512, 512],
    "latent_channels": 4,
    "layers_per_block": 2,
    "norm_num_groups": 32,
}


def write_configs(root: Path, unet: object = UNET, clip: object = CLIP, vae: object = VAE) -> None:
    """Write the configurations that come with the weights on the hub."""
    for name, config in (
        ("sd-image-variations/unet", unet),
        ("sd-image-variations/image_encoder", clip),
        ("sd-vae-ft-mse", vae),
    ):
        (root / name).mkdir(parents=True)
        (root / name / "config.json").write_text(json.dumps(config))


def write_set(root: Path) -> Networks:
    """Write all files that the full backend needs; returns the networks in them (seed 0)."""
    write_configs(root)
    torch.manual_seed(0)
    networks = build_networks(released_config(root))
    assert isinstance(networks.codec, KLCodec)
    for network in (networks.unet, networks.pose_controller, networks.image_encoder, networks.codec):
        randomize_zero_layers(network.eval().requires_grad_(False))
    trained = state_of(networks.unet)
    motion = {f"module.{key}": tensor for key, tensor in trained.items() if "motion_modules" in key}
    flat = {
        key: tensor + 1 for key, tensor in trained.items() if "motion_modules" not in key and "appearance" not in key
    }
    (root / "motionfollower").mkdir()
    torch.save(flat, root / "sd-image-variations/unet/diffusion_pytorch_model.bin")
    torch.save(state_of(networks.image_encoder.clip), root / "sd-image-variations/image_encoder/pytorch_model.bin")
    save_file(as_published(state_of(networks.codec.vae)), root / "sd-vae-ft-mse/diffusion_pytorch_model.safetensors")
    torch.save(motion, root / "motionfollower/motion_module.pth")
    torch.save(trained, root / "motionfollower/denoising_unet.pth")
    torch.save(state_of(networks.pose_controller), root / "motionfollower/poctr.pth")
    return networks


def state_of(network: nn.Module) -> dict[str, Tensor]:
    return {key: tensor.clone() for key, tensor in network.state_dict().items()}


def as_published(vae: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same under the old key names of the published autoencoder's attention."""
    old = {".to_q.": ".query.", ".to_k.": ".key.", ".to_v.": ".value.", ".to_out.0.": ".proj_attn."}
    published = {}
    for key, tensor in vae.items():
        for new, name in old.items():
            key = key.replace(new, name)
        published[key] = tensor
    return published
