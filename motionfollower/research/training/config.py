"""The hyperparameters of a training run: everything it depends on but its clips and its initial weights."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from motionfollower.core.config import is_within
from motionfollower.core.errors import InputError, SettingsError

Stage = Literal["images", "clips"]
Precision = Literal["no", "bf16", "fp16"]
Loss = Literal["squared", "absolute"]


@dataclass(frozen=True)
class TrainConfig:
    """The hyperparameters of a run; a recipe file holds them as JSON under these names.

    stage           "images" trains all but the motion modules on single frames, "clips" the motion modules alone
                    (paper §4: stages 1 and 2)
    steps           of the optimiser; `cooldown` is the final fraction of them in which the learning rate falls to 0
    batch           clips per step and process; `frames` of each in stage "clips"
    single_share    fraction of the steps of stage "clips" that use single frames (paper: .4)
    rate            learning rate after `warmup` steps; `decay` is the weight decay of AdamW
    timesteps       that are trained, each as often as it is listed; empty means 0…999 uniformly
    loss            the squared error, as in the paper, or the absolute one, which prefers a sharp pixel of the puppet
                    to a blurred one
    person_weight   loss weight of pixels that the person covers in the source or the target; all others weigh 1
    coarse_weight   weight of the loss at a quarter of the resolution, whose gradient reaches larger shifts
    layer_weight    weight of the loss of a layer's colours on their own, whatever their opacity
    layer_cost      penalty per pixel that a layer covers, so that it paints only where it lowers the loss by more
    token_drop      fraction of the image tokens that are dropped for CFG; `repeat_share` is the fraction of clips
                    shown with their own pose, for the reconstruction branch
    colour          strength of the colour augmentation, as a fraction
    ema             decay of the exponential moving average of the weights
    clip_norm       gradients are clipped to this norm
    """

    stage: Stage = "images"
    steps: int = 100_000
    cooldown: float = 0.2
    batch: int = 8
    frames: int = 8
    single_share: float = 0.4
    rate: float = 1e-5
    warmup: int = 100
    decay: float = 0.01
    timesteps: tuple[int, ...] = ()
    loss: Loss = "squared"
    person_weight: float = 4.0
    coarse_weight: float = 0.0
    layer_weight: float = 0.1
    layer_cost: float = 0.0
    token_drop: float = 0.1
    repeat_share: float = 0.1
    colour: float = 0.15
    ema: float = 0.999
    clip_norm: float = 1.0
    trains_image_encoder: bool = False
    seed: int = 0
    precision: Precision = "no"
    use_checkpointing: bool = False

    def __post_init__(self) -> None:
        for name, allowed in (("stage", Stage), ("precision", Precision), ("loss", Loss)):
            if getattr(self, name) not in get_args(allowed):
                raise SettingsError.out_of_range(name, getattr(self, name), ", ".join(get_args(allowed)))
        for name, low, high in _RANGES:
            if not is_within(getattr(self, name), low, high):
                raise SettingsError.out_of_range(name.replace("_", " "), getattr(self, name), f"{low:g} to {high:g}")
        if not all(0 <= timestep < 1000 for timestep in self.timesteps):
            raise SettingsError.out_of_range("timesteps", self.timesteps, "0 to 999 each")

    @classmethod
    def from_json(cls, text: str) -> TrainConfig:
        """Parse a recipe file; InputError where it is invalid."""
        try:
            fields = json.loads(text)
            return cls(**{**fields, "timesteps": tuple(fields.get("timesteps", ()))})
        except (TypeError, ValueError, AttributeError) as error:
            raise InputError(f"This is not a training recipe: {error}.") from error

    def to_json(self) -> str:
        """The text of recipe.json."""
        return json.dumps(asdict(self), indent=2) + "\n"

    def lr_at(self, step: int) -> float:
        """The learning rate of a step: linear warm-up, constant, linear decay to 0 during the cooldown."""
        cooldown_start = self.steps * (1 - self.cooldown)
        remaining = (self.steps - step) / max(self.steps - cooldown_start, 1)
        return self.rate * min((step + 1) / max(self.warmup, 1), 1.0, remaining)


_RANGES = (
    ("steps", 1, 10**7),
    ("cooldown", 0, 1),
    ("batch", 1, 4096),
    ("frames", 1, 32),
    ("single_share", 0, 1),
    ("rate", 1e-9, 1),
    ("warmup", 0, 10**6),
    ("decay", 0, 1),
    ("person_weight", 0, 1000),
    ("coarse_weight", 0, 1000),
    ("layer_weight", 0, 1000),
    ("layer_cost", 0, 1000),
    ("token_drop", 0, 1),
    ("repeat_share", 0, 1),
    ("colour", 0, 0.9),
    ("ema", 0, 0.99999),
    ("clip_norm", 1e-6, math.inf),
    ("seed", 0, 2**32),
)
