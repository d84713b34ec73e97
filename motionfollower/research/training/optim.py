"""Trainable parameters, the optimiser, and the exponential moving average (EMA) of the weights."""

from __future__ import annotations

from torch import nn
from torch.optim import AdamW
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from motionfollower.core.errors import InputError
from motionfollower.research.training.config import TrainConfig
from motionfollower.research.training.losses import TrainableModel

MOTION_MODULES = "motion_modules."


def freeze_untrained(model: TrainableModel, config: TrainConfig) -> list[nn.Parameter]:
    """Freeze all parameters that the stage doesn't train, and return the others. InputError where none are left."""
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(_is_trained(name, config))
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not trained:
        raise InputError("The model config has no motion modules, which stage 'clips' trains: see its config.json.")
    return trained


def _is_trained(name: str, config: TrainConfig) -> bool:
    if config.stage == "clips":
        return MOTION_MODULES in name
    return MOTION_MODULES not in name and (config.trains_image_encoder or not name.startswith("image_encoder."))


def make_optimizer(trained: list[nn.Parameter], config: TrainConfig) -> AdamW:
    """AdamW without weight decay for norms and biases."""
    matrices = [parameter for parameter in trained if parameter.ndim > 1]
    vectors = [parameter for parameter in trained if parameter.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": config.decay}, {"params": vectors, "weight_decay": 0.0}]
    return AdamW([group for group in groups if group["params"]], lr=config.rate, betas=(0.9, 0.99))


def make_ema(model: TrainableModel, config: TrainConfig) -> AveragedModel:
    """The EMA of the weights, which is validated and exported."""
    return AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(config.ema))  # type: ignore[no-untyped-call]


def set_lr(optimizer: AdamW, lr: float) -> None:
    """Set the learning rate of all parameter groups."""
    for group in optimizer.param_groups:
        group["lr"] = lr
