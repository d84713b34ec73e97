"""The work of our sampler: every kind of evaluation that the branches make, as often as the plan makes it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import torch

from motionfollower.bench.work import Part, Subject, count_flops, encoders_and_codec
from motionfollower.sampler.branches import Branches, Reference
from motionfollower.sampler.plan import StepPlan, make_plan
from motionfollower.sampler.reuse import DeepFeatures
from motionfollower.types import SamplerSettings


def our_parts(subject: Subject, settings: SamplerSettings) -> list[Part]:
    """The parts of one edit that fits one context window."""
    return encoders_and_codec(subject, images=1, poses=2, appearances=1, decodings=1) + sampler_parts(subject, settings)


@torch.no_grad()
def sampler_parts(subject: Subject, settings: SamplerSettings) -> list[Part]:
    """The sampler's share, with the very branches and the very plan of a run."""
    branches = Branches(subject.networks.unet, subject.conditioning(), settings, DeepFeatures())
    plans = make_plan(settings, subject.networks.config.schedule)
    parts = []
    for kind, alike in groupby(sorted(plans, key=_kind), key=_kind):  # what is reused is kept by those before
        parts += _parts_of_kind(subject, branches, kind, list(alike))
    again = count_flops(lambda: branches.conditional(subject.latents, 0))
    return [*parts, Part("step back for a repeat", sum(plan.repeats - 1 for plan in plans), again)]


class _Kind(NamedTuple):
    """What the cost of a step depends on."""

    reuses: bool
    guides: bool
    injects: bool
    uses_cfg: bool
    reconstructs: bool

    def __str__(self) -> str:
        words = {"guided": self.guides, "injected": self.injects, "CFG": self.uses_cfg, "shallow": self.reuses}
        return "".join(f", {word}" for word, holds in words.items() if holds)


def _kind(plan: StepPlan) -> _Kind:
    return _Kind(plan.reuses, plan.guides, plan.injects, plan.uses_cfg, plan.reconstructs)


def _parts_of_kind(subject: Subject, branches: Branches, kind: _Kind, plans: Sequence[StepPlan]) -> list[Part]:
    """The evaluations of steps of one kind; a repeated step reconstructs once."""
    latents = subject.latents

    def reconstruct() -> Reference:
        return branches.reconstruct(latents, 0, guides=kind.guides, injects=kind.injects, reuses=kind.reuses)

    parts, reference = [], None
    if kind.reconstructs:
        reference = reconstruct()
        parts.append(Part(f"reconstruction{kind}", len(plans), count_flops(reconstruct)))
    edit = count_flops(lambda: branches.edit(latents, 0, reference, uses_cfg=kind.uses_cfg, reuses=kind.reuses))
    return [*parts, Part(f"edit{kind}", sum(plan.repeats for plan in plans), edit)]
