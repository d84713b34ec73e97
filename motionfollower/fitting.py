"""Runs that fit into memory: planned beforehand, and tried once more with less where memory is full all the same."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

import torch

from motionfollower.device import free_memory, give_back_memory, has_own_memory, is_out_of_memory
from motionfollower.errors import MemoryLimitError
from motionfollower.models.networks import Networks
from motionfollower.needs import Job
from motionfollower.offload import weights_held
from motionfollower.planner import MemoryPlan, choose
from motionfollower.settings import SamplerSettings
from motionfollower.types import Event, StageStarted

Result = TypeVar("Result")
STAGE = "plan memory"
Run = Callable[[SamplerSettings], Generator[Event, None, Result]]


def run_in_memory(
    job: Job, networks: Networks, device: torch.device, run: Run[Result]
) -> Generator[Event, None, tuple[Result, MemoryPlan]]:
    """Do a run with the first plan that fits; should memory run out, once more with one that needs a good deal less.

    The plan it had is returned as well. MemoryLimitError where memory runs out again.
    """
    yield StageStarted(STAGE)
    available = free_memory(device) + sum(weight.nbytes for weight in weights_held(networks))
    plan = choose(job, available, can_offload=has_own_memory(device))
    outcome = yield from _try(plan, job, available, networks, run)
    if outcome is None:
        give_back_memory(device)
        thriftier = choose(job, plan.needs.peak, can_offload=has_own_memory(device))
        if not thriftier.is_run_as(plan):
            outcome = yield from _try(thriftier, job, available, networks, run)
    if outcome is not None:
        return outcome
    raise MemoryLimitError(
        f"Memory ran out: {plan.text(job, available)}. Take fewer frames (--frames) or a smaller picture (--size), "
        "or close what else uses it."
    )


def _try(
    plan: MemoryPlan, job: Job, available: int, networks: Networks, run: Run[Result]
) -> Generator[Event, None, tuple[Result, MemoryPlan] | None]:
    """One run by a plan; None where memory ran out."""
    yield StageStarted(STAGE, note=plan.text(job, available))
    try:
        plan.way.set_up(networks)
        result = yield from run(plan.applied(job.settings))
    except RuntimeError as error:
        if is_out_of_memory(error):
            return None
        raise
    return result, plan
