"""Runs that fit into memory: planned beforehand, and tried once more with less where memory is full all the same."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

import torch

from motionfollower.core.config import SamplerSettings
from motionfollower.core.device import free_memory, give_back_memory, has_own_memory, is_out_of_memory
from motionfollower.core.errors import MemoryLimitError
from motionfollower.core.events import Event, StageStarted
from motionfollower.models.model import Networks
from motionfollower.pipeline.memory.estimate import MemoryQuery
from motionfollower.pipeline.memory.plan import MemoryPlan, choose_plan
from motionfollower.pipeline.memory.strategy import weights_on_device

Result = TypeVar("Result")
STAGE = "plan memory"
Run = Callable[[SamplerSettings], Generator[Event, None, Result]]


def run_with_memory_plan(
    job: MemoryQuery, networks: Networks, device: torch.device, run: Run[Result]
) -> Generator[Event, None, tuple[Result, MemoryPlan]]:
    """Do a run with the first plan that fits; should memory run out, once more with one that needs a good deal less.

    The plan it had is returned as well. MemoryLimitError where memory runs out again.
    """
    yield StageStarted(STAGE)
    available = free_memory(device) + sum(weight.nbytes for weight in weights_on_device(networks))
    plan = choose_plan(job, available, can_offload=has_own_memory(device))
    outcome = yield from _try(plan, job, available, networks, run)
    if outcome is None:
        give_back_memory(device)
        thriftier = choose_plan(job, plan.needs.peak, can_offload=has_own_memory(device))
        if not thriftier.is_run_as(plan):
            outcome = yield from _try(thriftier, job, available, networks, run)
    if outcome is not None:
        return outcome
    raise MemoryLimitError(
        f"Memory ran out: {plan.text(job, available)}. Take fewer frames (--frames) or a smaller picture (--size), "
        "or close what else uses it."
    )


def _try(
    plan: MemoryPlan, job: MemoryQuery, available: int, networks: Networks, run: Run[Result]
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
