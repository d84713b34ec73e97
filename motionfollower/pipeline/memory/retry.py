"""Run under a memory plan; retry once on out-of-memory, with a plan that needs less."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch

from motionfollower.core.config import SamplerSettings
from motionfollower.core.device import free_memory, give_back_memory, has_own_memory, is_out_of_memory
from motionfollower.core.errors import MemoryLimitError
from motionfollower.core.events import Report, Stage, StageStarted
from motionfollower.models.model import Networks
from motionfollower.pipeline.memory.estimate import MemoryQuery
from motionfollower.pipeline.memory.plan import MemoryPlan, choose_plan
from motionfollower.pipeline.memory.strategy import weights_on_device

Result = TypeVar("Result")
Run = Callable[[SamplerSettings], Result]


def run_with_memory_plan(
    query: MemoryQuery, networks: Networks, device: torch.device, run: Run[Result], report: Report
) -> tuple[Result, MemoryPlan]:
    """The result of a run under the first plan that fits, or under a smaller one where memory ran out; and the plan.

    MemoryLimitError where memory runs out again.
    """
    report(StageStarted(Stage.PLAN_MEMORY))
    available = free_memory(device) + sum(weight.nbytes for weight in weights_on_device(networks))
    plan = choose_plan(query, available, can_offload=has_own_memory(device))
    outcome = _try(plan, query, available, networks, run, report)
    if outcome is None:
        give_back_memory(device)
        smaller = choose_plan(query, plan.estimate.peak, can_offload=has_own_memory(device))
        if not smaller.runs_like(plan):
            outcome = _try(smaller, query, available, networks, run, report)
    if outcome is not None:
        return outcome
    raise MemoryLimitError(
        f"Out of memory: {plan.text(query, available)}. Use fewer frames (--frames) or a smaller size (--size), "
        "or close other programs that use it."
    )


def _try(
    plan: MemoryPlan, query: MemoryQuery, available: int, networks: Networks, run: Run[Result], report: Report
) -> tuple[Result, MemoryPlan] | None:
    """One run under a plan; None where memory ran out."""
    report(StageStarted(Stage.PLAN_MEMORY, note=plan.text(query, available)))
    try:
        plan.strategy.apply(networks)
        return run(plan.applied(query.settings)), plan
    except RuntimeError as error:
        if is_out_of_memory(error):
            return None
        raise
