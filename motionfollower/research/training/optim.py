"""What is trained, the optimiser, and the running mean of the weights."""

from __future__ import annotations

from torch import nn
from torch.optim import AdamW
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from motionfollower.core.errors import InputError
from motionfollower.research.training.config import TrainConfig
from motionfollower.research.training.losses import TrainableModel

MOTION = "motion_modules."


def choose_trained(learner: TrainableModel, recipe: TrainConfig) -> list[nn.Parameter]:
    """Let a stage's parameters be trained, and no others. InputError where there are none."""
    for name, parameter in learner.named_parameters():
        parameter.requires_grad_(_is_trained(name, recipe))
    trained = [parameter for parameter in learner.parameters() if parameter.requires_grad]
    if not trained:
        raise InputError(
            "The configuration has no motion modules, which stage 'clips' would train: see its config.json."
        )
    return trained


def _is_trained(name: str, recipe: TrainConfig) -> bool:
    if recipe.stage == "clips":
        return MOTION in name
    return MOTION not in name and (recipe.trains_image_encoder or not name.startswith("image_encoder."))


def make_optimizer(trained: list[nn.Parameter], recipe: TrainConfig) -> AdamW:
    """AdamW; norms and biases are not decayed."""
    matrices = [parameter for parameter in trained if parameter.ndim > 1]
    vectors = [parameter for parameter in trained if parameter.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": recipe.decay}, {"params": vectors, "weight_decay": 0.0}]
    return AdamW([group for group in groups if group["params"]], lr=recipe.rate, betas=(0.9, 0.99))


def make_ema(learner: TrainableModel, recipe: TrainConfig) -> AveragedModel:
    """The exponential moving average of the weights, which is what is checked and shipped."""
    return AveragedModel(learner, multi_avg_fn=get_ema_multi_avg_fn(recipe.ema))  # type: ignore[no-untyped-call]


def set_lr(optimizer: AdamW, rate: float) -> None:
    """Give all groups a learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = rate
