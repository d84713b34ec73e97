"""The two backends: which networks and which estimators an edit runs on. Only this module builds them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import get_args

import torch

from motionfollower.core.config import BackendChoice, BackendName, GuidanceSettings, RunEnvironment, SamplerSettings
from motionfollower.core.device import describe, pick_device, pick_dtype
from motionfollower.core.errors import SettingsError, WeightsError
from motionfollower.core.hashing import sha256_of
from motionfollower.io.run_record import installed_versions
from motionfollower.models.model import Networks
from motionfollower.models.weights.checksums import ChecksumRegistry
from motionfollower.models.weights.load import WeightFiles, load_files, load_networks
from motionfollower.models.weights.manifest import (
    DWPOSE_SET,
    EMBEDDED_FOLDER,
    FULL_MODEL_SETS,
    SAM_B_SET,
    SAM_H_SET,
    embedded_model_folder,
    full_weights_folder,
)
from motionfollower.models.weights.released_config import released_config
from motionfollower.models.weights.sam import load_sam
from motionfollower.models.weights.small_nets import (
    BONE_LENGTH_NET_FILES,
    MASK_NET_FILES,
    bone_length_net_as_numpy,
    load_bone_length_net,
    load_mask_net,
    mask_net_as_numpy,
)
from preprocess.align.bone_lengths import BoneLengthEstimator
from preprocess.pose.dwpose import DWPoseEstimator
from preprocess.pose.mediapipe import HolisticEstimator
from preprocess.segmentation.learned_target_mask import LearnedTargetMask
from preprocess.segmentation.mediapipe import MediaPipeSegmenter
from preprocess.segmentation.point_prompts import MaskRefiner
from preprocess.segmentation.refine import GrabCutRefiner
from preprocess.segmentation.sam import CachedPredictor, SamRefiner, SamSegmenter
from preprocess.types import PoseEstimator, Segmenter, Size, TargetMaskPredictor

SMALL_NETS = tuple(EMBEDDED_FOLDER / files.weights for files in (MASK_NET_FILES, BONE_LENGTH_NET_FILES))
EMBEDDED_CROP = (192, 192)  # pixels


@dataclass(frozen=True)
class BackendInfo:
    """The description of a backend, which needs no weights.

    `label` describes it in a few words. Results of a demo backend must be labelled as such. `uses_puppet`: its
    networks see a puppet, which is built first. `settings` are the sampler's defaults.
    """

    name: BackendName
    label: str
    is_demo: bool
    uses_puppet: bool
    settings: SamplerSettings


BACKENDS = {
    "embedded": BackendInfo(
        name="embedded",
        label="the small embedded model",
        is_demo=True,
        uses_puppet=True,
        settings=SamplerSettings(steps=1, cfg_scale=1.0, guidance=GuidanceSettings(scale=0.0)),
    ),
    "full": BackendInfo(
        name="full", label="the full model", is_demo=False, uses_puppet=False, settings=SamplerSettings()
    ),
}


@dataclass(frozen=True)
class Preprocessors:
    """The estimators that prepare an edit: poses, masks, target masks, refinement by clicks, bone lengths."""

    poses: PoseEstimator
    segmenter: Segmenter
    target_masks: TargetMaskPredictor
    refiner: MaskRefiner
    bone_lengths: BoneLengthEstimator


@dataclass(frozen=True)
class Backend:
    """Everything that an edit runs on.

    `crop_size` is the size of the crop around the person that the networks see, None where they see the whole frame.
    `weights` are the files that the networks were loaded from. `plans_memory`: edits may be too large for the machine.
    """

    info: BackendInfo
    networks: Networks
    preprocessors: Preprocessors
    crop_size: Size | None
    weights: tuple[Path, ...]
    device: torch.device
    dtype: torch.dtype
    plans_memory: bool

    @property
    def name(self) -> BackendName:
        """The backend's name."""
        return self.info.name

    @property
    def settings(self) -> SamplerSettings:
        """The sampler's defaults."""
        return self.info.settings


def backend_info(name: BackendName) -> BackendInfo:
    """The description of a backend."""
    return BACKENDS[name]


def choose_backend(choice: BackendChoice = "auto") -> BackendName:
    """The backend for a choice; "auto" is the full one where its networks' weights and a GPU are present."""
    if choice not in get_args(BackendChoice):
        raise SettingsError.out_of_range("backend", choice, ", ".join(get_args(BackendChoice)))
    if choice != "auto":
        return choice
    return "full" if pick_device().type != "cpu" and not _missing(full_weights_folder()) else "embedded"


def load_backend(choice: BackendChoice = "auto") -> Backend:
    """Load a backend; WeightsError names what is missing or damaged."""
    load = _load_full if choose_backend(choice) == "full" else _load_embedded
    return load(pick_device())


@cache
def cached_backend(name: BackendName) -> Backend:
    """The same for workers: loaded by the first task of a process, and kept for its others."""
    return load_backend(name)


def environment_of(backend: Backend) -> RunEnvironment:
    """What the result of a run on this backend depends on, besides its settings."""
    return RunEnvironment(
        device=str(describe(backend.device)),
        dtype=str(backend.dtype).removeprefix("torch."),
        weights={path.name: sha256_of(path) for path in backend.weights},
        versions=installed_versions(),
    )


def load_preprocessors() -> Preprocessors:
    """The estimators that ship with the package: MediaPipe's poses and masks, and our own small networks."""
    return Preprocessors(
        poses=HolisticEstimator(),
        segmenter=MediaPipeSegmenter(),
        target_masks=LearnedTargetMask(mask_net_as_numpy(load_mask_net(EMBEDDED_FOLDER))),
        refiner=GrabCutRefiner(),
        bone_lengths=load_bone_lengths(),
    )


def load_bone_lengths() -> BoneLengthEstimator:
    """The bone length estimator of all backends."""
    return BoneLengthEstimator(bone_length_net_as_numpy(load_bone_length_net(EMBEDDED_FOLDER)))


def _load_embedded(device: torch.device) -> Backend:
    folder = embedded_model_folder()
    dtype = torch.float32  # so small a model gains nothing from half precision
    return Backend(
        info=backend_info("embedded"),
        networks=load_networks(folder).to(device, dtype),
        preprocessors=load_preprocessors(),
        crop_size=EMBEDDED_CROP,
        weights=(*WeightFiles.in_folder(folder).all, *SMALL_NETS),
        device=device,
        dtype=dtype,
        plans_memory=False,
    )


def _load_full(device: torch.device) -> Backend:
    folder = full_weights_folder()
    if missing := _missing(folder):
        raise WeightsError(
            f"Weights of the full backend are missing. `python -m motionfollower weights fetch` gets them. {missing}"
        )
    dtype, files = pick_dtype(device), WeightFiles.released(folder)
    estimators = (*DWPOSE_SET.found(folder), *_sam_file(folder))
    for file in (*files.all, *estimators):
        ChecksumRegistry(folder).check(file)
    return Backend(
        info=backend_info("full"),
        networks=load_files(released_config(folder), files, dtype).to(device, dtype),
        preprocessors=_load_full_preprocessors(folder, device),
        crop_size=None,
        weights=(*files.all, *estimators, *SMALL_NETS),
        device=device,
        dtype=dtype,
        plans_memory=True,
    )


def _load_full_preprocessors(folder: Path, device: torch.device) -> Preprocessors:
    """DWPose and Segment Anything, each where its weights are present, and MediaPipe otherwise."""
    shipped = load_preprocessors()
    poses = shipped.poses if DWPOSE_SET.missing(folder) else DWPoseEstimator(*DWPOSE_SET.found(folder))
    chosen = replace(shipped, poses=poses)
    for file in _sam_file(folder):
        predictor = CachedPredictor(load_sam(file).to(device))
        segmenter, refiner = SamSegmenter(predictor, shipped.segmenter), SamRefiner(predictor)
        chosen = replace(chosen, segmenter=segmenter, refiner=refiner)
    return chosen


def _sam_file(folder: Path) -> tuple[Path, ...]:
    """The largest of Segment Anything's files, if there is any."""
    return (*SAM_H_SET.found(folder), *SAM_B_SET.found(folder))[:1]


def _missing(folder: Path) -> str:
    """How to download each incomplete set of the networks' weights manually."""
    return " ".join(part.download_instructions(folder) for part in FULL_MODEL_SETS if part.missing(folder))
