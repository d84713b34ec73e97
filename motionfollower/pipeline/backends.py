"""The two backends: which networks and which estimators do the work. Only this module builds them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import get_args

import torch

from motionfollower.core.config import BackendChoice, BackendName, Environment, GuidanceSettings, SamplerSettings
from motionfollower.core.device import describe, pick_device, pick_dtype
from motionfollower.core.errors import SettingsError, WeightsError
from motionfollower.core.hashing import sha256_of
from motionfollower.io.run_record import (
    installed_versions,
)
from motionfollower.models.model import Networks
from motionfollower.models.weights.checksums import ChecksumRegistry
from motionfollower.models.weights.load import WeightFiles, load_files, load_networks
from motionfollower.models.weights.manifest import (
    DWPOSE_SET,
    EMBEDDED_FOLDER,
    NETWORKS,
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


def environment_of(backend: Backend) -> Environment:
    """What the numbers of a run on this backend depend on."""
    return Environment(
        device=str(describe(backend.device)),
        dtype=str(backend.dtype).removeprefix("torch."),
        weights={path.name: sha256_of(path) for path in backend.weights},
        versions=installed_versions(),
    )


SMALL_NETS = tuple(EMBEDDED_FOLDER / files.weights for files in (MASK_NET_FILES, BONE_LENGTH_NET_FILES))
EMBEDDED_VIEW = (192, 192)
EMBEDDED_SETTINGS = SamplerSettings(steps=1, cfg_scale=1.0, guidance=GuidanceSettings(scale=0.0))


@dataclass(frozen=True)
class Preprocessors:
    """What finds people in clips, and puts right what was found."""

    poses: PoseEstimator
    segmenter: Segmenter
    target_masks: TargetMaskPredictor
    refiner: MaskRefiner


@dataclass(frozen=True)
class Backend:
    """Everything that an edit runs on.

    `settings` are what the sampler does when it isn't told otherwise. `view_size` is the size of the crop
    around the person that the networks see; None where they see the whole picture. `weights` are the files
    that the networks were loaded from. `plans_memory` where edits may be too large for the machine.
    """

    name: BackendName
    networks: Networks
    preprocessors: Preprocessors
    settings: SamplerSettings
    view_size: Size | None
    weights: tuple[Path, ...]
    device: torch.device
    dtype: torch.dtype
    plans_memory: bool


def load_preprocessors() -> Preprocessors:
    """The estimators that come with the install: MediaPipe's poses and masks, our own network's target masks."""
    target_masks = LearnedTargetMask(mask_net_as_numpy(load_mask_net(EMBEDDED_FOLDER)))
    return Preprocessors(HolisticEstimator(), MediaPipeSegmenter(), target_masks, GrabCutRefiner())


@cache
def load_length_reader() -> BoneLengthEstimator:
    """What reads how a body is built: our own network, whatever the backend."""
    return BoneLengthEstimator(bone_length_net_as_numpy(load_bone_length_net(EMBEDDED_FOLDER)))


def choose_backend(choice: BackendChoice = "auto") -> BackendName:
    """The backend that a choice means; "auto" is the full one where its networks' weights and a GPU are there."""
    if choice not in get_args(BackendChoice):
        raise SettingsError.out_of_range("backend", choice, ", ".join(get_args(BackendChoice)))
    if choice != "auto":
        return choice
    return "full" if pick_device().type != "cpu" and not _missing(full_weights_folder()) else "embedded"


def usual_settings(name: BackendName) -> SamplerSettings:
    """What a backend's sampler does when it isn't told otherwise."""
    return SamplerSettings() if name == "full" else EMBEDDED_SETTINGS


def load_backend(choice: BackendChoice = "auto") -> Backend:
    """Load a backend; WeightsError names what is missing or damaged."""
    load = _load_full if choose_backend(choice) == "full" else _load_embedded
    return load(pick_device())


@cache
def loaded_backend(name: BackendName) -> Backend:
    """The same for workers: loaded by the first task of a process, and kept for the others."""
    return load_backend(name)


def _load_embedded(device: torch.device) -> Backend:
    folder = embedded_model_folder()
    dtype = torch.float32  # so small a model gains nothing from half precision
    return Backend(
        name="embedded",
        networks=load_networks(folder).to(device, dtype),
        preprocessors=load_preprocessors(),
        settings=usual_settings("embedded"),
        view_size=EMBEDDED_VIEW,
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
    finders = (*DWPOSE_SET.found(folder), *_sam_file(folder))
    for file in (*files.all, *finders):
        ChecksumRegistry(folder).check(file)
    return Backend(
        name="full",
        networks=load_files(released_config(folder), files, dtype).to(device, dtype),
        preprocessors=_load_full_preprocessors(folder, device),
        settings=usual_settings("full"),
        view_size=None,
        weights=(*files.all, *finders, *SMALL_NETS),
        device=device,
        dtype=dtype,
        plans_memory=True,
    )


def _load_full_preprocessors(folder: Path, device: torch.device) -> Preprocessors:
    """DWPose and Segment Anything, each where its weights are there; MediaPipe in its place where they aren't."""
    usual = load_preprocessors()
    poses = usual.poses if DWPOSE_SET.missing(folder) else DWPoseEstimator(*DWPOSE_SET.found(folder))
    found = replace(usual, poses=poses)
    for file in _sam_file(folder):
        predictor = CachedPredictor(load_sam(file).to(device))
        segmenter, refiner = SamSegmenter(predictor, usual.segmenter), SamRefiner(predictor)
        found = replace(found, segmenter=segmenter, refiner=refiner)
    return found


def _sam_file(folder: Path) -> tuple[Path, ...]:
    """The best of Segment Anything's files, if there is any."""
    return (*SAM_H_SET.found(folder), *SAM_B_SET.found(folder))[:1]


def _missing(folder: Path) -> str:
    """What to do by hand for each set of the networks' weights that isn't whole."""
    return " ".join(part.by_hand(folder) for part in NETWORKS if part.missing(folder))
