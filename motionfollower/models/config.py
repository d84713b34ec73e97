"""The configuration of each network; the defaults are those of the released full-size model.

Each `from_json` reads the released field names (those of diffusers and transformers), ignores fields that it does
not need, and raises KeyError or TypeError where one is missing or malformed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Json = Mapping[str, Any]
PredictionType = Literal["v", "sample"]


@dataclass(frozen=True)
class MotionConfig:
    """The motion modules (AnimateDiff): temporal transformers of `depth` blocks with `attentions` self-attentions each.

    `scales` are the downsampling factors of the levels that have motion modules; With `positions`, the sinusoidal
    positions of at most `max_frames` frames are added; `width_divisor` divides the width inside a module.
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
        """Read the fields of the U-Net's configuration that describe its motion modules."""
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
    """The appearance controller (the paper's reference controller, ReCtr): one stage of `layers` blocks per level.

    It takes frames of `image_channels` channels, pixel-unshuffled by `patch`; `channels` are its stages' widths.
    """

    channels: tuple[int, ...] = (320, 640, 1280, 1280)
    image_channels: int = 3
    patch: int = 8
    layers: int = 2

    @classmethod
    def from_json(cls, adapter: Json) -> AppearanceConfig:
        """Read the released names; `cin` counts the channels after the pixel unshuffle."""
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
    in the order in which they run, have spatial transformers; `heads` is the number of attention heads of each level;
    `token_channels` is the width of the CLIP tokens.
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
        """Read the released names, in which `attention_head_dim` is the number of heads."""
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
    """The pose controller (PoCtr): its widths from finest to coarsest; each step halves the resolution."""

    channels: tuple[int, ...] = (16, 32, 96, 256)
    out_channels: int = 320

    @classmethod
    def from_json(cls, guider: Json) -> PoseControllerConfig:
        """Read the released names."""
        return cls(tuple(guider["block_out_channels"]), guider["conditioning_embedding_channels"])


@dataclass(frozen=True)
class ImageEncoderConfig:
    """The CLIP vision tower; the defaults are ViT-L/14. `normalize` applies CLIP's mean and std to the pixels."""

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
        """Read the names of transformers' CLIPVisionConfig, and `normalize`, which is our own."""
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
    """The KL autoencoder of Stable Diffusion; the defaults are sd-vae-ft-mse.

    `tile` is the side in pixels of the images that it was trained on, and of the tiles that larger images are cut into.
    """

    channels: tuple[int, ...] = (128, 256, 512, 512)
    layers_per_block: int = 2
    latent_channels: int = 4
    groups: int = 32
    scaling_factor: float = 0.18215
    tile: int = 256

    @classmethod
    def from_json(cls, vae: Json) -> KLCodecConfig:
        """Read the names of diffusers' AutoencoderKL."""
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
    """The codec without weights: a layer of RGBA pixels over the puppet, in patches of `patch` × `patch` pixels.

    A pixel's opacity is sigmoid(`slope` · (a − `half_opaque`)) of its latent a. The defaults suit training; a trained
    model may raise `half_opaque`, to show only pixels of higher confidence.
    """

    patch: int = 4
    half_opaque: float = 0.5
    slope: float = 8.0

    @classmethod
    def from_json(cls, codec: Json) -> LayerCodecConfig:
        """Read our own names."""
        default = cls()
        return cls(codec["layer"], codec.get("half_opaque", default.half_opaque), codec.get("slope", default.slope))

    @property
    def tile(self) -> None:
        """Always None: frames of any size are coded whole."""
        return None


@dataclass(frozen=True)
class ScheduleConfig:
    """The linear betas of the noise schedule, before they are rescaled to zero terminal SNR."""

    beta_start: float = 0.00085
    beta_end: float = 0.012

    @classmethod
    def from_json(cls, scheduler: Json) -> ScheduleConfig:
        """Read the names of diffusers' DDIMScheduler."""
        return cls(scheduler["beta_start"], scheduler["beta_end"])


@dataclass(frozen=True)
class NetworksConfig:
    """One whole model: its networks, its noise schedule, and whether its U-Net predicts v or x0 ("sample").

    `size` (width, height) is that of the frames it was trained on, in pixels.
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
        """Read a model's config.json, which holds one object per network, each under the released names."""
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
        """Whether the appearance controller takes the puppet too, its channels after those of the source frame."""
        return self.unet.appearance.image_channels == 6
