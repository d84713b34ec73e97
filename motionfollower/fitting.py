"""Runs that fit into memory: planned beforehand, and tried once more with less where memory is full all the same."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

import torch

from motionfollower.device import free_memory, give_back_memory, is_out_of_memory
from motionfollower.errors import MemoryLimitError
from motionfollower.models.networks import Networks
from motionfollower.planner import Job, MemoryPlan, plans
from motionfollower.rehearsal import weights_of
from motionfollower.settings import SamplerSettings
from motionfollower.types import Event, StageStarted

Result = TypeVar("Result")
STAGE = "plan memory"
Run = Callable[[SamplerSettings], Generator[Event, None, Result]]


def run_in_memory(
    job: Job, networks: Networks, device: torch.device, run: Run[Result]
) -> Generator[Event, None, tuple[Result, SamplerSettings]]:
    """Do a run with the first plan that fits, and should memory run out, once more with the next; the settings it had.

    MemoryLimitError where that is too much as well.
    """
    yield StageStarted(STAGE)
    available = free_memory(device) + sum(weight.nbytes for weight in weights_of(networks))
    remaining = plans(job, available)
    plan = next(remaining)
    while not plan.fits and (thriftier := next(remaining, None)) is not None:
        plan = thriftier
    outcome = yield from _try(plan, job, available, networks, run)
    if outcome is None and (thriftier := next(remaining, None)) is not None:
        give_back_memory(device)
        outcome = yield from _try(thriftier, job, available, networks, run)
    if outcome is not None:
        return outcome
    raise MemoryLimitError(
        f"Memory ran out: {plan.text(job, available)}. Take fewer frames (--frames) or a smaller picture (--size), "
        "or close what else uses it."
    )


def _try(
    plan: MemoryPlan, job: Job, available: int, networks: Networks, run: Run[Result]
) -> Generator[Event, None, tuple[Result, SamplerSettings] | None]:
    """One run by a plan; None where memory ran out."""
    yield StageStarted(STAGE, note=plan.text(job, available))
    settings = plan.applied(job.settings)
    networks.unet.use_checkpointing = plan.checkpoints
    networks.unet.split_feed_forwards(plan.chunks)
    try:
        result = yield from run(settings)
    except RuntimeError as error:
        if is_out_of_memory(error):
            return None
        raise
    return result, settings
