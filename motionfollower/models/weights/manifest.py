"""The weights: their files and sets, where they are kept, where they come from, and their licences."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from motionfollower.core.assets import ROOT, bundled, is_installed, user_cache

EMBEDDED_FOLDER = bundled("assets") / "embedded"
EMBEDDED_FILES = ("config.json", "denoising_unet.safetensors", "poctr.safetensors", "image_encoder.safetensors")
FOLDER_VARIABLE = "MOTIONFOLLOWER_WEIGHTS"
MODEL_VARIABLE = "MOTIONFOLLOWER_MODEL"


@dataclass(frozen=True)
class WeightFile:
    """A file of weights: the names that it may have in its set's folder, the preferred one first, and its rough size.

    `sha256` is None where the origin publishes none; the file is then checked against that of its first use.
    """

    names: tuple[str, ...]
    megabytes: float
    sha256: str | None = None

    def find(self, folder: Path) -> Path | None:
        """Its path in `folder`, None where it is missing."""
        return next((folder / name for name in self.names if (folder / name).is_file()), None)


@dataclass(frozen=True)
class HubRepository:
    """A repository of the Hugging Face hub; `folder` is the files' folder in it."""

    repository: str
    folder: str = ""

    def __str__(self) -> str:
        return f"the Hugging Face repository {'/'.join(filter(None, (self.repository, self.folder)))}"


@dataclass(frozen=True)
class GoogleDriveFolder:
    """A public folder of Google Drive."""

    address: str

    def __str__(self) -> str:
        return self.address


@dataclass(frozen=True)
class WeightSet:
    """Files of one origin; `key` is its name on the command line, `folder` its folder in the folder of weights."""

    key: str
    name: str
    folder: str
    files: tuple[WeightFile, ...]
    origin: HubRepository | GoogleDriveFolder
    licence: str

    def found(self, root: Path) -> tuple[Path, ...]:
        """The paths of the files that are in `root`."""
        return tuple(path for file in self.files if (path := file.find(root / self.folder)))

    def missing(self, root: Path) -> tuple[WeightFile, ...]:
        """The files that are not in `root`."""
        return tuple(file for file in self.files if file.find(root / self.folder) is None)

    def download_instructions(self, root: Path) -> str:
        """Instructions for a manual download of the missing files, or of all where none is missing."""
        names = ", ".join(" or ".join(file.names) for file in self.missing(root) or self.files)
        return f"Get {names} from {self.origin} and put them into {root / self.folder}."


def _model(stem: str, megabytes: float, bin_stem: str = "") -> WeightFile:
    """The tensors of a network from the hub: safetensors are preferred to pickles."""
    return WeightFile((f"{stem}.safetensors", f"{bin_stem or stem}.bin"), megabytes)


def _checkpoint(stem: str, megabytes: float) -> WeightFile:
    """A checkpoint that is published as a pickle, and converted to safetensors when it is fetched."""
    return WeightFile((f"{stem}.safetensors", f"{stem}.pth"), megabytes)


UNET = _model("unet/diffusion_pytorch_model", 3440)
UNET_CONFIG = WeightFile(("unet/config.json",), 0.002)
IMAGE_ENCODER = _model("image_encoder/model", 1216, "image_encoder/pytorch_model")
IMAGE_ENCODER_CONFIG = WeightFile(("image_encoder/config.json",), 0.001)
VAE = _model("diffusion_pytorch_model", 335)
VAE_CONFIG = WeightFile(("config.json",), 0.001)
DENOISING_UNET = _checkpoint("denoising_unet", 5560)
POSE_CONTROLLER = _checkpoint("poctr", 4.4)
MOTION_MODULE = _checkpoint("motion_module", 1813)
PERSON_DETECTOR = WeightFile(("yolox_l.onnx",), 217)
POSE_ESTIMATOR = WeightFile(("dw-ll_ucoco_384.onnx",), 134)
SAM_B = _checkpoint("sam_vit_b_01ec64", 375)
SAM_H = _checkpoint("sam_vit_h_4b8939", 2565)

VARIATIONS_SET = WeightSet(
    key="variations",
    name="Stable Diffusion image variations",
    folder="sd-image-variations",
    files=(UNET_CONFIG, UNET, IMAGE_ENCODER_CONFIG, IMAGE_ENCODER),
    origin=HubRepository("lambdalabs/sd-image-variations-diffusers"),
    licence="CreativeML Open RAIL-M",
)
VAE_SET = WeightSet(
    key="vae",
    name="VAE",
    folder="sd-vae-ft-mse",
    files=(VAE_CONFIG, VAE),
    origin=HubRepository("stabilityai/sd-vae-ft-mse"),
    licence="MIT",
)
MOTIONFOLLOWER_SET = WeightSet(
    key="motionfollower",
    name="MotionFollower",
    folder="motionfollower",
    files=(DENOISING_UNET, POSE_CONTROLLER, MOTION_MODULE),
    origin=GoogleDriveFolder("https://drive.google.com/drive/folders/1yWRNmd4-vbJfV1Ji_zhpNSwNpuJVat7o"),
    licence="none stated: ask the authors before you redistribute or sell",
)
DWPOSE_SET = WeightSet(
    key="dwpose",
    name="DWPose",
    folder="dwpose",
    files=(PERSON_DETECTOR, POSE_ESTIMATOR),
    origin=HubRepository("yzd-v/DWPose"),
    licence="Apache-2.0",
)
SAM_B_SET = WeightSet(
    key="sam",
    name="Segment Anything, ViT-B",
    folder="sam",
    files=(SAM_B,),
    origin=HubRepository("ybelkada/segment-anything", "checkpoints"),
    licence="Apache-2.0",
)
SAM_H_SET = WeightSet(
    key="sam-h",
    name="Segment Anything, ViT-H (in place of ViT-B: finer, slower)",
    folder="sam",
    files=(SAM_H,),
    origin=HubRepository("ybelkada/segment-anything", "checkpoints"),
    licence="Apache-2.0",
)

FULL_MODEL_SETS = (VARIATIONS_SET, VAE_SET, MOTIONFOLLOWER_SET)
"""The sets that the full backend requires."""

DEFAULT_SETS = (*FULL_MODEL_SETS, DWPOSE_SET, SAM_B_SET)
"""The sets that are fetched unless others are named; without the last two, MediaPipe estimates poses and masks."""

ALL_SETS = (*DEFAULT_SETS, SAM_H_SET)


def embedded_model_folder() -> Path:
    """The folder of the embedded model: MOTIONFOLLOWER_MODEL where it is set, else the one that ships."""
    return Path(os.environ.get(MODEL_VARIABLE) or EMBEDDED_FOLDER)


def full_weights_folder() -> Path:
    """The folder of the full weights: MOTIONFOLLOWER_WEIGHTS if set, else `weights` in the checkout or user cache."""
    return Path(os.environ.get(FOLDER_VARIABLE) or (user_cache() if is_installed() else ROOT) / "weights")
