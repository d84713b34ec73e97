"""The training loop: draw a batch, take an optimiser step; validate, log, save and export at intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs

from motionfollower.core.config import GuidanceSettings, SamplerSettings
from motionfollower.core.device import HALF, NoiseSource, pick_device
from motionfollower.core.errors import InputError, TrainingError
from motionfollower.models.config import NetworksConfig
from motionfollower.models.model import Networks
from motionfollower.models.weights.model_dir import save_model
from motionfollower.research.training.checkpoint import TrainState, initial_networks, load_state, save_state
from motionfollower.research.training.config import TrainConfig
from motionfollower.research.training.data.batch import Batch, draw_batch
from motionfollower.research.training.data.dataset import ClipSet
from motionfollower.research.training.log import MetricsLog
from motionfollower.research.training.losses import (
    TrainableModel,
    add_noise,
    edit_loss,
    encode_truth,
    latent_loss,
    prediction_target,
)
from motionfollower.research.training.optim import freeze_untrained, make_ema, make_optimizer, set_lr
from motionfollower.research.training.validate import validate
from motionfollower.sampling.ddim import TRAIN_STEPS, zero_snr_alpha_bars
from preprocess.progress import OnProgress, ignore_progress
from preprocess.video.atomic import check_parent, make_folder, write_text

CONFIG_FILE = "recipe.json"
EXPORT_DIR = "model"
VALIDATION_SETTINGS = SamplerSettings(steps=1, cfg_scale=1.0, guidance=GuidanceSettings(scale=0.0))
"""A single plain denoising step: enough to measure how far a model over the puppet has been trained."""


@dataclass(frozen=True)
class TrainJob:
    """A run: the model's config.json as plain data, its initial weights, its clips and its hyperparameters.

    `init` is a model's folder, "full" for the released weights, or None for random ones. `settings` are those of the
    sampler in validation.
    """

    model_config: dict[str, Any]
    init: str | None
    clips: ClipSet
    config: TrainConfig
    validate_every: int = 500
    save_every: int = 100
    settings: SamplerSettings = VALIDATION_SETTINGS


def train(folder: Path, job: TrainJob, on_progress: OnProgress = ignore_progress) -> None:
    """Train in a folder, or resume the run that it holds.

    TrainingError where the loss isn't finite; the last checkpoint is kept. InputError where the folder's run has other
    hyperparameters; OutputError where it can't be written.
    """
    Trainer(folder, job).run(on_progress)


class Trainer:
    """The networks, optimiser and EMA of a run, on this process's device."""

    def __init__(self, folder: Path, job: TrainJob) -> None:
        _open_folder(folder, job.config)
        self._folder, self._job, config = folder, job, job.config
        self._accelerator = _make_accelerator(config)
        self._networks = initial_networks(NetworksConfig.from_json(job.model_config), job.init, config.seed)
        self._networks.unet.use_checkpointing = config.use_checkpointing
        self._size = _training_size(self._networks, job.clips.shape.size)
        model = TrainableModel(self._networks)
        optimizer = make_optimizer(freeze_untrained(model, config), config)
        self._state = TrainState(model, make_ema(model, config), optimizer)
        load_state(folder, self._state)
        self._networks = self._networks.to(self._accelerator.device, torch.float32)
        self._state.ema.to(self._accelerator.device)
        self._model, self._optimizer = self._accelerator.prepare(model, optimizer)
        self._alpha_bars = zero_snr_alpha_bars(self._networks.config.schedule)
        self._log = MetricsLog(folder)
        self._losses: list[float] = []

    def run(self, on_progress: OnProgress = ignore_progress) -> None:
        """Take the remaining steps."""
        job, state = self._job, self._state
        while state.step < job.config.steps:
            self._take_step()
            state.step += 1
            is_last = state.step == job.config.steps
            if self._accelerator.is_main_process:
                if state.step % job.save_every == 0 or is_last:
                    save_state(self._folder, state)
                if state.step % job.validate_every == 0 or is_last:
                    self._validate()
            on_progress(state.step)

    def _take_step(self) -> None:
        config, step = self._job.config, self._state.step
        process = self._accelerator.process_index
        drawn = draw_batch(self._job.clips.training, config, self._size, step, process)
        batch = drawn.to(self._accelerator.device)
        loss = self._loss(batch, NoiseSource(_seed_of(config.seed, step, process)))
        if not torch.isfinite(loss):
            raise TrainingError(_not_finite(step, batch.paths, self._folder))
        self._accelerator.backward(loss)
        self._accelerator.clip_grad_norm_(self._model.parameters(), config.clip_norm)
        set_lr(self._optimizer, config.lr_at(step))
        self._optimizer.step()
        self._optimizer.zero_grad()
        self._state.ema.update_parameters(self._accelerator.unwrap_model(self._model))
        self._losses.append(float(loss.detach()))

    def _loss(self, batch: Batch, noise_source: NoiseSource) -> torch.Tensor:
        networks, config = self._networks, self._job.config
        x0 = encode_truth(networks.codec, batch, networks.config.needs_puppet)
        timestep = _draw_timestep(config, noise_source)
        alpha_bar = float(self._alpha_bars[timestep])
        noise = noise_source.draw(x0.shape, x0.device, torch.float32)
        prediction = self._model(batch, add_noise(x0, noise, alpha_bar), timestep)
        if (layer := networks.codec.layer(prediction)) is not None:
            return edit_loss(prediction, layer, batch, networks.codec, config)
        target = prediction_target(x0, noise, alpha_bar, networks.config.prediction_type)
        return latent_loss(prediction, target, batch, config)

    def _validate(self) -> None:
        """Edit the held-out clips with the EMA weights, log the metrics, and export these weights."""
        step, job = self._state.step, self._job
        networks = self._ema_networks()
        sheet = self._folder / f"sheet-{step:07d}.jpg"
        metrics = validate(networks, job.clips.held_out, job.settings, self._size, sheet)
        loss = sum(self._losses) / max(len(self._losses), 1)
        self._losses.clear()
        self._log.add({"step": step, "loss": round(loss, 6), **metrics.to_row()})
        save_model(self._folder / EXPORT_DIR, networks, {**job.model_config, "train_steps": step}, HALF)

    def _ema_networks(self) -> Networks:
        model = self._state.ema.module
        assert isinstance(model, TrainableModel)
        return replace(
            self._networks,
            unet=model.unet,
            pose_controller=model.pose_controller,
            image_encoder=model.image_encoder,
        )


def _make_accelerator(config: TrainConfig) -> Accelerator:
    # Cross-attention to a single image token needs neither queries nor keys: these never have a gradient.
    unused = DistributedDataParallelKwargs(find_unused_parameters=True)
    is_cpu = pick_device().type == "cpu"
    return Accelerator(mixed_precision=config.precision, cpu=is_cpu, kwargs_handlers=[unused])


def _training_size(networks: Networks, largest: int) -> int:
    """The side in pixels to train at: the model's, or what clips of `largest` allow. InputError where it is too small.

    It is a multiple of what codec and U-Net need.
    """
    multiple = networks.codec.factor * networks.unet.multiple
    size = min(networks.config.size[0], largest) // multiple * multiple
    if not size:
        raise InputError(
            f"The clips are {largest} pixels a side; this model needs at least {multiple}. Make larger clips."
        )
    return size


def _draw_timestep(config: TrainConfig, noise_source: NoiseSource) -> int:
    """One of the config's timesteps, for the whole batch."""
    timesteps = config.timesteps or tuple(range(TRAIN_STEPS))
    return timesteps[noise_source.choose(len(timesteps))]


def _seed_of(*numbers: int) -> int:
    """One seed from several numbers."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> np.uint64(1))


def _not_finite(step: int, paths: Sequence[Path], folder: Path) -> str:
    names = ", ".join(sorted({path.name for path in paths}))
    return (
        f"The loss of step {step} is not a finite number. Its clips: {names}. {folder} holds the last checkpoint: "
        "check the clips, or start a new folder with a lower learning rate."
    )


def _open_folder(folder: Path, config: TrainConfig) -> None:
    """Create the folder of a run, or check that the run it holds has the same hyperparameters."""
    check_parent(folder)
    record = folder / CONFIG_FILE
    if record.exists() and replace(TrainConfig.from_json(record.read_text()), steps=config.steps) != config:
        raise InputError(
            f"{folder} holds a run of another recipe, see {CONFIG_FILE}; only its steps may change. "
            "Choose another folder; --init starts from the weights that were trained."
        )
    make_folder(folder)
    write_text(record, config.to_json())
