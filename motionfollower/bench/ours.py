"""The work of our sampler: every kind of evaluation that the branches make, as often as the plan makes it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import torch

from motionfollower.bench.work import Part, Subject, count_flops, encoders_and_codec, run_counting
from motionfollower.sampler.branches import Branches
from motionfollower.sampler.plan import StepPlan, make_plan
from motionfollower.sampler.reuse import DeepFeatures
from motionfollower.types import SamplerSettings


class Kind(NamedTuple):
    """What the work of a step depends on."""

    reuses: bool
    guides: bool
    injects: bool
    uses_cfg: bool
    reconstructs: bool

    @classmethod
    def of(cls, plan: StepPlan) -> Kind:
        """The kind of a step."""
        return cls(plan.reuses, plan.guides, plan.injects, plan.uses_cfg, plan.reconstructs)

    def __str__(self) -> str:
        words = {"guided": self.guides, "injected": self.injects, "CFG": self.uses_cfg, "shallow": self.reuses}
        return "".join(f", {word}" for word, holds in words.items() if holds)


class Counted:
    """One subject's work; each kind of step is counted once, whatever settings ask for it."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._branches = Branches(subject.networks.unet, subject.conditioning(), SamplerSettings(), DeepFeatures())
        self._steps: dict[Kind, tuple[int, int]] = {}

    def parts(self, settings: SamplerSettings) -> list[Part]:
        """The parts of one edit that fits one context window."""
        around = encoders_and_codec(self._subject, images=1, poses=2, appearances=1, decodings=1)
        return around + self.sampler_parts(settings)

    @torch.no_grad()
    def sampler_parts(self, settings: SamplerSettings) -> list[Part]:
        """The sampler's share, with the very branches and the very plan of a run."""
        plans = make_plan(settings, self._subject.networks.config.schedule)
        parts = []
        for kind, alike in groupby(sorted(plans, key=Kind.of), key=Kind.of):  # whole ones first: others reuse theirs
            parts += self._parts_of_kind(kind, list(alike))
        again = count_flops(lambda: self._branches.conditional(self._subject.latents, 0))
        return [*parts, Part("step back for a repeat", sum(plan.repeats - 1 for plan in plans), again)]

    def _parts_of_kind(self, kind: Kind, plans: Sequence[StepPlan]) -> list[Part]:
        """The evaluations of steps of one kind; a repeated step reconstructs once."""
        if kind not in self._steps:
            self._steps[kind] = self._count(kind)
        reconstruct, edit = self._steps[kind]
        parts = [Part(f"reconstruction{kind}", len(plans), reconstruct)] if kind.reconstructs else []
        return [*parts, Part(f"edit{kind}", sum(plan.repeats for plan in plans), edit)]

    def _count(self, kind: Kind) -> tuple[int, int]:
        """The FLOPs of one reconstruction, where there is one, and one edit."""
        latents, reference, reconstruct = self._subject.latents, None, 0
        if kind.reconstructs:
            reference, reconstruct = run_counting(
                lambda: self._branches.reconstruct(
                    latents, 0, guides=kind.guides, injects=kind.injects, reuses=kind.reuses
                )
            )
        edit = count_flops(
            lambda: self._branches.edit(latents, 0, reference, uses_cfg=kind.uses_cfg, reuses=kind.reuses)
        )
        return reconstruct, edit
