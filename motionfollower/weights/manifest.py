"""Which weights there are, where they lie on disk, where people get them, and under which licence."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
EMBEDDED_FOLDER = ROOT / "assets" / "embedded"
EMBEDDED_FILES = ("config.json", "denoising_unet.safetensors", "poctr.safetensors", "image_encoder.safetensors")
FOLDER_VARIABLE = "MOTIONFOLLOWER_WEIGHTS"


@dataclass(frozen=True)
class WeightSet:
    """Files of one origin.

    `folder` is where they lie in the folder of weights; `files` are their names there, as patterns;
    `source` is a repository of the Hugging Face hub or, with a scheme, a web address.
    """

    name: str
    folder: str
    files: tuple[str, ...]
    source: str
    licence: str

    def missing(self, root: Path) -> tuple[str, ...]:
        """The patterns that no file in `root` answers to."""
        return tuple(pattern for pattern in self.files if not any((root / self.folder).glob(pattern)))

    def how_to_get(self, root: Path) -> str:
        """What to do in order to have the files in `root`: a command or a sentence."""
        folder = root / self.folder
        if "://" in self.source:
            return f"download {', '.join(self.files)} from {self.source} into {folder}"
        included = " ".join(f"--include '{pattern}'" for pattern in self.files)
        return f"hf download {self.source} {included} --local-dir '{folder}'"


NETWORKS = (
    WeightSet(
        name="Stable Diffusion image variations",
        folder="sd-image-variations",
        files=("unet/config.json", "unet/*model.*", "image_encoder/config.json", "image_encoder/*model.*"),
        source="lambdalabs/sd-image-variations-diffusers",
        licence="CreativeML Open RAIL-M",
    ),
    WeightSet(
        name="VAE",
        folder="sd-vae-ft-mse",
        files=("config.json", "diffusion_pytorch_model.*"),
        source="stabilityai/sd-vae-ft-mse",
        licence="MIT",
    ),
    WeightSet(
        name="MotionFollower",
        folder="motionfollower",
        files=("denoising_unet.pth", "poctr.pth", "motion_module.pth"),
        source="https://drive.google.com/drive/folders/1yWRNmd4-vbJfV1Ji_zhpNSwNpuJVat7o",
        licence="none stated: ask the authors before you redistribute or sell",
    ),
)


def full_weights_folder() -> Path:
    """The folder of the full weights: what MOTIONFOLLOWER_WEIGHTS says, else `weights` in the repository."""
    return Path(os.environ.get(FOLDER_VARIABLE) or ROOT / "weights")
