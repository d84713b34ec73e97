"""How each network is built; the defaults are the released full-size model.

Each `from_json` reads the released configuration names (those of diffusers and transformers), raises
KeyError or TypeError where something is missing, and passes over what doesn't concern us.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Json = Mapping[str, Any]
PredictionType = Literal["v", "sample"]


@dataclass(frozen=True)
class MotionConfig:
    """The motion modules: temporal transformers of `depth` blocks with `attentions` self-attentions each.

    `scales` are the down-sampling factors of the levels that have them.
    """

    heads: int = 8
    depth: int = 1
    attentions: int = 2
    positions: bool = True
    max_frames: int = 32
    width_divisor: int = 1
    scales: tuple[int, ...] = (1, 2, 4, 8)
    in_mid: bool = True
    in_down: bool = True

    @classmethod
    def from_json(cls, unet: Json) -> MotionConfig:
        """From the U-Net's configuration, in which the released code keeps these."""
        module = unet.get("motion_module_kwargs", {})
        return cls(
            heads=module.get("num_attention_heads", 8),
            depth=module.get("num_transformer_block", 1),
            attentions=len(module.get("attention_block_types", ("Temporal_Self", "Temporal_Self"))),
            positions=module.get("temporal_position_encoding", True),
            max_frames=module.get("temporal_position_encoding_max_len", 32),
            width_divisor=module.get("temporal_attention_dim_div", 1),
            scales=tuple(unet.get("motion_module_resolutions", (1, 2, 4, 8))),
            in_mid=unet.get("motion_module_mid_block", True),
            in_down=not unet.get("motion_module_decoder_only", False),
        )


@dataclass(frozen=True)
class AppearanceConfig:
    """The appearance controller: frames of `image_channels`, unshuffled by `patch`, through one stage a level."""

    channels: tuple[int, ...] = (320, 640, 1280, 1280)
    image_channels: int = 3
    patch: int = 8
    layers: int = 2

    @classmethod
    def from_json(cls, adapter: Json) -> AppearanceConfig:
        """From the released names; `cin` counts the channels after the unshuffling."""
        patch = adapter.get("pixel_unshuffle", 8)
        return cls(
            channels=tuple(adapter["channels"]),
            image_channels=adapter["cin"] // patch**2,
            patch=patch,
            layers=adapter["nums_rb"],
        )


@dataclass(frozen=True)
class UNetConfig:
    """The denoising U-Net: Stable Diffusion image variations with motion modules and an appearance controller.

    `channels` are the levels' widths, finest first; `down_attention` and `up_attention` say which blocks,
    in the order they run, have spatial transformers; `heads` are the attention heads of each level.
    """

    in_channels: int = 4
    out_channels: int = 4
    channels: tuple[int, ...] = (320, 640, 1280, 1280)
    layers_per_block: int = 2
    down_attention: tuple[bool, ...] = (True, True, True, False)
    up_attention: tuple[bool, ...] = (False, True, True, True)
    heads: tuple[int, ...] = (8, 8, 8, 8)
    token_channels: int = 768
    groups: int = 32
    norm_eps: float = 1e-5
    motion: MotionConfig | None = field(default_factory=MotionConfig)
    appearance: AppearanceConfig = field(default_factory=AppearanceConfig)

    @classmethod
    def from_json(cls, unet: Json, adapter: Json) -> UNetConfig:
        """From the released names, in which `attention_head_dim` is the number of heads."""
        channels, heads = tuple(unet["block_out_channels"]), unet["attention_head_dim"]
        return cls(
            in_channels=unet["in_channels"],
            out_channels=unet["out_channels"],
            channels=channels,
            layers_per_block=unet["layers_per_block"],
            down_attention=tuple(name.startswith("CrossAttn") for name in unet["down_block_types"]),
            up_attention=tuple(name.startswith("CrossAttn") for name in unet["up_block_types"]),
            heads=(heads,) * len(channels) if isinstance(heads, int) else tuple(heads),
            token_channels=unet["cross_attention_dim"],
            groups=unet["norm_num_groups"],
            norm_eps=unet["norm_eps"],
            motion=MotionConfig.from_json(unet) if unet["use_motion_module"] else None,
            appearance=AppearanceConfig.from_json(adapter),
        )


@dataclass(frozen=True)
class PoseControllerConfig:
    """The pose controller: widths from finest to coarsest, halving the size at each step."""

    channels: tuple[int, ...] = (16, 32, 96, 256)
    out_channels: int = 320

    @classmethod
    def from_json(cls, guider: Json) -> PoseControllerConfig:
        """From the released names."""
        return cls(tuple(guider["block_out_channels"]), guider["conditioning_embedding_channels"])


@dataclass(frozen=True)
class ImageEncoderConfig:
    """The CLIP vision tower; the defaults are ViT-L/14. `normalize` says whether pixels get CLIP's mean and std."""

    hidden_size: int = 1024
    intermediate_size: int = 4096
    projection_dim: int = 768
    num_hidden_layers: int = 24
    num_attention_heads: int = 16
    image_size: int = 224
    patch_size: int = 14
    hidden_act: str = "quick_gelu"
    normalize: bool = True

    @classmethod
    def from_json(cls, clip: Json) -> ImageEncoderConfig:
        """From the names of transformers' CLIPVisionConfig, with our own `normalize` beside them."""
        return cls(
            hidden_size=clip["hidden_size"],
            intermediate_size=clip["intermediate_size"],
            projection_dim=clip["projection_dim"],
            num_hidden_layers=clip["num_hidden_layers"],
            num_attention_heads=clip["num_attention_heads"],
            image_size=clip["image_size"],
            patch_size=clip["patch_size"],
            hidden_act=clip["hidden_act"],
            normalize=clip.get("normalize", True),
        )


@dataclass(frozen=True)
class KLCodecConfig:
    """The autoencoder of Stable Diffusion; the defaults are sd-vae-ft-mse.

    `tile` is the side of the pictures that it was trained on, in pixels, and of the tiles of larger ones.
    """

    channels: tuple[int, ...] = (128, 256, 512, 512)
    layers_per_block: int = 2
    latent_channels: int = 4
    groups: int = 32
    scaling_factor: float = 0.18215
    tile: int = 256

    @classmethod
    def from_json(cls, vae: Json) -> KLCodecConfig:
        """From the names of diffusers' AutoencoderKL."""
        return cls(
            channels=tuple(vae["block_out_channels"]),
            layers_per_block=vae["layers_per_block"],
            latent_channels=vae["latent_channels"],
            groups=vae["norm_num_groups"],
            scaling_factor=vae.get("scaling_factor", 0.18215),
            tile=vae.get("sample_size", 256),
        )


@dataclass(frozen=True)
class LayerCodecConfig:
    """The codec without weights: patches of pixels with their opacity, a layer over the puppet.

    Latents say how sure the layer is; at `half_opaque` half of it is seen, and `slope` says how fast more is. The
    defaults are made for training; a trained model may show only what it is surer of.
    """

    patch: int = 4
    half_opaque: float = 0.5
    slope: float = 8.0

    @classmethod
    def from_json(cls, codec: Json) -> LayerCodecConfig:
        """From our own names."""
        usual = cls()
        return cls(codec["layer"], codec.get("half_opaque", usual.half_opaque), codec.get("slope", usual.slope))


@dataclass(frozen=True)
class ScheduleConfig:
    """The linear noise schedule, before its rescaling to zero terminal SNR."""

    beta_start: float = 0.00085
    beta_end: float = 0.012

    @classmethod
    def from_json(cls, scheduler: Json) -> ScheduleConfig:
        """From the names of diffusers' DDIMScheduler."""
        return cls(scheduler["beta_start"], scheduler["beta_end"])


@dataclass(frozen=True)
class NetworksConfig:
    """One whole model: its networks, its noise schedule, what its U-Net predicts.

    `size` (width, height) is that of the frames it was trained on.
    """

    unet: UNetConfig = field(default_factory=UNetConfig)
    pose_controller: PoseControllerConfig = field(default_factory=PoseControllerConfig)
    image_encoder: ImageEncoderConfig = field(default_factory=ImageEncoderConfig)
    codec: KLCodecConfig | LayerCodecConfig = field(default_factory=KLCodecConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    prediction_type: PredictionType = "v"
    size: tuple[int, int] = (512, 512)

    @classmethod
    def from_json(cls, model: Json) -> NetworksConfig:
        """From a model's config.json: one part a network, each under the released names."""
        codec = model["codec"]
        return cls(
            unet=UNetConfig.from_json(model["unet"], model["appearance_adapter"]),
            pose_controller=PoseControllerConfig.from_json(model["pose_guider"]),
            image_encoder=ImageEncoderConfig.from_json(model["image_encoder"]),
            codec=LayerCodecConfig.from_json(codec) if "layer" in codec else KLCodecConfig.from_json(codec),
            schedule=ScheduleConfig.from_json(model["scheduler"]),
            prediction_type="sample" if model["prediction_type"] == "sample" else "v",
            size=(model["size"][0], model["size"][1]),
        )

    @property
    def needs_puppet(self) -> bool:
        """Whether the appearance controller sees the puppet, stacked behind the source frame."""
        return self.unet.appearance.image_channels == 6
