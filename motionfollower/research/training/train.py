"""The loop: draw a batch, learn, and now and then check, log, save and export."""

from __future__ import annotations

from collections.abc import Generator, Sequence
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
from motionfollower.models.codecs import LayerCodec
from motionfollower.models.config import NetworksConfig
from motionfollower.models.model import Networks
from motionfollower.models.weights.model_dir import save_model
from motionfollower.research.training.checkpoint import Training, initial_networks, load_state, save_state
from motionfollower.research.training.config import TrainConfig
from motionfollower.research.training.data.batch import Batch, draw_batch
from motionfollower.research.training.data.dataset import ClipSet
from motionfollower.research.training.log import Log
from motionfollower.research.training.losses import (
    TrainableModel,
    add_noise,
    edit_loss,
    encode_truth,
    latent_loss,
    prediction_target,
)
from motionfollower.research.training.optim import choose_trained, make_ema, make_optimizer, set_lr
from motionfollower.research.training.validate import validate
from motionfollower.sampling.ddim import TRAIN_STEPS, zero_snr_alpha_bars
from preprocess.video.atomic import check_parent, make_folder, write_text

CONFIG_FILE = "recipe.json"
EXPORT = "model"
CHECKED_AS = SamplerSettings(steps=1, cfg_scale=1.0, guidance=GuidanceSettings(scale=0.0))
"""How held-out clips are edited where a model knows the puppet: one step shows how far it has learned."""


@dataclass(frozen=True)
class TrainJob:
    """A run: the model's `plan` (config.json as plain data), what it begins with, its clips and its recipe."""

    plan: dict[str, Any]
    init: str | None
    clips: ClipSet
    recipe: TrainConfig
    check_every: int = 500
    save_every: int = 100
    settings: SamplerSettings = CHECKED_AS


def train(folder: Path, order: TrainJob) -> Generator[int, None, None]:
    """Train in a folder, or go on there; yield the number of steps done.

    TrainingError where the loss is no number; the last good state stays. InputError where the folder has another
    recipe; OutputError where it can't be written.
    """
    yield from Trainer(folder, order)


class Trainer:
    """A run under way."""

    def __init__(self, folder: Path, order: TrainJob) -> None:
        _open_folder(folder, order.recipe)
        self._folder, self._order, recipe = folder, order, order.recipe
        self._accelerator = _make_accelerator(recipe)
        self._networks = initial_networks(NetworksConfig.from_json(order.plan), order.init, recipe.seed)
        self._networks.unet.use_checkpointing = recipe.use_checkpointing
        self._size = fit_size(self._networks, order.clips.shape.size)
        learner = TrainableModel(self._networks)
        optimizer = make_optimizer(choose_trained(learner, recipe), recipe)
        self._training = Training(learner, make_ema(learner, recipe), optimizer)
        load_state(folder, self._training)
        self._networks = self._networks.to(self._accelerator.device, torch.float32)
        self._training.mean.to(self._accelerator.device)
        self._learner, self._optimizer = self._accelerator.prepare(learner, optimizer)
        self._alpha_bars = zero_snr_alpha_bars(self._networks.config.schedule)
        self._log = Log(folder)
        self._losses: list[float] = []

    def __iter__(self) -> Generator[int, None, None]:
        order, training = self._order, self._training
        while training.step < order.recipe.steps:
            self._learn()
            training.step += 1
            is_last = training.step == order.recipe.steps
            if self._accelerator.is_main_process:
                if training.step % order.save_every == 0 or is_last:
                    save_state(self._folder, training)
                if training.step % order.check_every == 0 or is_last:
                    self._check()
            yield training.step

    def _learn(self) -> None:
        """One step of the optimiser."""
        recipe, step = self._order.recipe, self._training.step
        process = self._accelerator.process_index
        drawn = draw_batch(self._order.clips.training, recipe, self._size, step, process)
        batch = drawn.to(self._accelerator.device)
        loss = self._loss(batch, NoiseSource(_seed_of(recipe.seed, step, process)))
        if not torch.isfinite(loss):
            raise TrainingError(_not_finite(step, batch.paths, self._folder))
        self._accelerator.backward(loss)
        self._accelerator.clip_grad_norm_(self._learner.parameters(), recipe.clip_norm)
        set_lr(self._optimizer, recipe.rate_at(step))
        self._optimizer.step()
        self._optimizer.zero_grad()
        self._training.mean.update_parameters(self._accelerator.unwrap_model(self._learner))
        self._losses.append(float(loss.detach()))

    def _loss(self, batch: Batch, noise_source: NoiseSource) -> torch.Tensor:
        config, recipe = self._networks.config, self._order.recipe
        x0 = encode_truth(self._networks.codec, batch, config.needs_puppet)
        timestep = _draw_timestep(recipe, noise_source)
        alpha_bar = float(self._alpha_bars[timestep])
        noise = noise_source.draw(x0.shape, x0.device, torch.float32)
        said = self._learner(batch, add_noise(x0, noise, alpha_bar), timestep)
        if isinstance(self._networks.codec, LayerCodec):
            return edit_loss(said, batch, self._networks.codec, recipe)
        return latent_loss(said, prediction_target(x0, noise, alpha_bar, config.prediction_type), batch, recipe)

    def _check(self) -> None:
        """Edit the held-out clips with the mean weights, log, and export these."""
        step, order = self._training.step, self._order
        mean = self._mean_networks()
        sheet = self._folder / f"sheet-{step:07d}.jpg"
        scores = validate(mean, order.clips.held_out, order.settings, self._size, sheet)
        loss = sum(self._losses) / max(len(self._losses), 1)
        self._losses.clear()
        self._log.add({"step": step, "loss": round(loss, 6), **scores.to_row()})
        save_model(self._folder / EXPORT, mean, {**order.plan, "train_steps": step}, HALF)

    def _mean_networks(self) -> Networks:
        learner = self._training.mean.module
        assert isinstance(learner, TrainableModel)
        return replace(
            self._networks,
            unet=learner.unet,
            pose_controller=learner.pose_controller,
            image_encoder=learner.image_encoder,
        )


def _make_accelerator(recipe: TrainConfig) -> Accelerator:
    # A single image token needs neither queries nor keys, so that some parameters never have a gradient.
    unused = DistributedDataParallelKwargs(find_unused_parameters=True)
    is_cpu = pick_device().type == "cpu"
    return Accelerator(mixed_precision=recipe.precision, cpu=is_cpu, kwargs_handlers=[unused])


def fit_size(networks: Networks, most: int) -> int:
    """Pixels a side to train on: the model's own, or as many as the clips have. InputError where these are too few."""
    multiple = networks.codec.factor * networks.unet.multiple
    size = min(networks.config.size[0], most) // multiple * multiple
    if not size:
        raise InputError(
            f"The clips have {most} pixels a side; this model needs {multiple} at least. Make larger ones."
        )
    return size


def _draw_timestep(recipe: TrainConfig, noise_source: NoiseSource) -> int:
    """One of the recipe's timesteps, for the whole batch."""
    kinds = recipe.timesteps or tuple(range(TRAIN_STEPS))
    return kinds[noise_source.choose(len(kinds))]


def _seed_of(*numbers: int) -> int:
    """One seed from several numbers."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> np.uint64(1))


def _not_finite(step: int, paths: Sequence[Path], folder: Path) -> str:
    names = ", ".join(sorted({path.name for path in paths}))
    return (
        f"The loss of step {step} is not a finite number. Its clips: {names}. The state before it is kept in {folder}: "
        "look at the clips, or go on in a new folder with a lower rate."
    )


def _open_folder(folder: Path, recipe: TrainConfig) -> None:
    """Make the folder of a run, or go on with one of the same recipe."""
    check_parent(folder)
    record = folder / CONFIG_FILE
    if record.exists() and replace(TrainConfig.from_json(record.read_text()), steps=recipe.steps) != recipe:
        raise InputError(
            f"{folder} holds a run of another recipe, see {CONFIG_FILE}; only its steps may change. "
            "Choose another folder, with --init to begin with what was learned."
        )
    make_folder(folder)
    write_text(record, recipe.to_json())
