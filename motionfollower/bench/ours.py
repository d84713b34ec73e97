"""The work of our sampler: every kind of evaluation that the branches make, as often as the plan makes it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import torch

from motionfollower.bench.work import Part, Subject, count_flops, encoders_and_codec
from motionfollower.sampler.branches import Branches
from motionfollower.sampler.plan import StepPlan, make_plan
from motionfollower.types import SamplerSettings


def our_parts(subject: Subject, settings: SamplerSettings) -> list[Part]:
    """The parts of one edit that fits one context window."""
    return encoders_and_codec(subject, images=1, poses=2, appearances=1, decodings=1) + sampler_parts(subject, settings)


@torch.no_grad()
def sampler_parts(subject: Subject, settings: SamplerSettings) -> list[Part]:
    """The sampler's share, with the very branches and the very plan of a run."""
    branches = Branches(subject.networks.unet, subject.conditioning(), settings)
    plans = make_plan(settings, subject.networks.config.schedule)
    parts = []
    for kind, alike in groupby(sorted(plans, key=_kind), key=_kind):
        parts += _parts_of_kind(subject, branches, kind, list(alike))
    again = count_flops(lambda: branches.conditional(subject.latents, 0))
    return [*parts, Part("step back for a repeat", sum(plan.repeats - 1 for plan in plans), again)]


def _kind(plan: StepPlan) -> tuple[bool, bool]:
    return plan.guides, plan.injects


def _parts_of_kind(
    subject: Subject, branches: Branches, kind: tuple[bool, bool], plans: Iterable[StepPlan]
) -> list[Part]:
    """The evaluations of the steps that guide and inject alike; a repeated step reconstructs once."""
    guides, injects = kind
    latents = subject.latents
    reference = branches.reconstruct(latents, 0, guides=guides, injects=injects)
    manner = "".join([", guided" * guides, ", injected" * injects])
    reconstruct = count_flops(lambda: branches.reconstruct(latents, 0, guides=guides, injects=injects))
    edit = count_flops(lambda: branches.edit(latents, 0, reference))
    return [
        Part(f"reconstruction{manner}", sum(plan.reconstructs for plan in plans), reconstruct),
        Part(f"edit{manner}", sum(plan.repeats for plan in plans), edit),
    ]
