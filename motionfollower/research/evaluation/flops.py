"""The work of one 50-step edit: our sampler's against the released code's, on the same full-size networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple, get_args

import torch

from motionfollower.core.config import SamplerSettings
from motionfollower.core.presets import PresetName, apply_preset
from motionfollower.models.config import NetworksConfig
from motionfollower.research.evaluation.flop_counter import (
    FlopSubject,
    Part,
    count_flops,
    encoders_and_codec,
    run_counting,
)
from motionfollower.research.evaluation.released import STEPS, released_parts
from motionfollower.sampling.branches import Branches
from motionfollower.sampling.feature_cache import FeatureCache
from motionfollower.sampling.step_plan import StepPlan, make_plan

FRAMES = 24
SIZE = (512, 512)
GOAL = 0.78
PRESET_GOALS: dict[PresetName, float] = {"draft": 0.12, "balanced": 0.35, "quality": 1.0}
"""Of the work of Quality."""

TERA = 1e12


@dataclass(frozen=True)
class Comparison:
    """One camera mode's parts, those of our presets and the released code's."""

    camera: bool
    presets: Mapping[PresetName, Sequence[Part]]
    released: Sequence[Part]

    @property
    def ours(self) -> Sequence[Part]:
        """Our parts that give the same result."""
        return self.presets["quality"]

    @property
    def ratio(self) -> float:
        """Our work as a share of the released code's."""
        return _total(self.ours) / _total(self.released)

    def share(self, preset: PresetName) -> float:
        """The work of a preset as a share of Quality's."""
        return _total(self.presets[preset]) / _total(self.ours)


@dataclass(frozen=True)
class FlopReport:
    """The work of an edit in both camera modes."""

    comparisons: tuple[Comparison, ...]

    def text(self) -> str:
        """A table for each camera mode."""
        head = f"One edit of {FRAMES} frames of {SIZE[0]}x{SIZE[1]} in {STEPS} steps, full-size networks; in TFLOP."
        return "\n\n".join([head, *map(_table, self.comparisons)])

    def figures(self) -> dict[str, object]:
        """The same for programs, by camera mode; `flops_ratio` is the larger of both."""
        modes = {"camera on" if it.camera else "camera off": _figures(it) for it in self.comparisons}
        return {"flops_ratio": max(it.ratio for it in self.comparisons), **modes}


def measure_flops() -> FlopReport:
    """Count both, in both camera modes; takes some minutes and no memory to speak of."""
    return FlopReport((compare(camera=False), compare(camera=True)))


def compare(camera: bool) -> Comparison:
    """Count both in one camera mode, on fresh networks each."""

    def subject() -> FlopSubject:
        return FlopSubject.without_memory(NetworksConfig(), FRAMES, SIZE)

    usual, ours = SamplerSettings(steps=STEPS, camera=camera), Counted(subject())
    presets = {preset: ours.parts(apply_preset(usual, preset)) for preset in get_args(PresetName)}
    return Comparison(camera, presets, released_parts(subject(), camera))


def _total(parts: Sequence[Part]) -> int:
    return sum(part.total for part in parts)


def _table(comparison: Comparison) -> str:
    mode = "on" if comparison.camera else "off"
    verdict = "reached" if comparison.ratio <= GOAL else "missed"
    return "\n".join(
        [
            f"Camera mode {mode}",
            *_rows("released", comparison.released),
            *_rows("ours", comparison.ours),
            f"  ratio {comparison.ratio:.3f}, goal at most {GOAL:.2f}: {verdict}",
            "  presets",
            *(_preset_row(comparison, preset) for preset in comparison.presets),
        ]
    )


def _preset_row(comparison: Comparison, preset: PresetName) -> str:
    share, goal = comparison.share(preset), PRESET_GOALS[preset]
    verdict = "reached" if share <= goal else "missed"
    work = _total(comparison.presets[preset]) / TERA
    return f"    {preset:51} {work:8.1f}, {share:.3f} of quality, goal at most {goal:.2f}: {verdict}"


def _rows(side: str, parts: Sequence[Part]) -> list[str]:
    rows = [f"    {it.name:36}{it.calls:4} x {it.flops / TERA:8.3f} = {it.total / TERA:8.1f}" for it in parts]
    return [f"  {side:53} {_total(parts) / TERA:8.1f}", *rows]


def _figures(comparison: Comparison) -> dict[str, object]:
    def rows(parts: Sequence[Part]) -> list[dict[str, object]]:
        return [{"name": part.name, "calls": part.calls, "flops": part.flops} for part in parts]

    return {
        "ratio": comparison.ratio,
        "goal": GOAL,
        "presets": {preset: comparison.share(preset) for preset in comparison.presets},
        "ours": rows(comparison.ours),
        "released": rows(comparison.released),
    }


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

    def __init__(self, subject: FlopSubject) -> None:
        self._subject = subject
        self._branches = Branches(subject.networks.unet, subject.conditioning(), SamplerSettings(), FeatureCache())
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
