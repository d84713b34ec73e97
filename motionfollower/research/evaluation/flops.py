"""FLOPs of one 50-step edit: our sampler against the released code, on the same full-size networks."""

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
    CallGroup,
    FlopSubject,
    count_flops,
    encoder_and_codec_calls,
    run_counting,
)
from motionfollower.research.evaluation.released import STEPS, released_calls
from motionfollower.sampling.branches import Branches
from motionfollower.sampling.feature_cache import FeatureCache
from motionfollower.sampling.step_plan import StepPlan, make_plan

FRAMES = 24
SIZE = (512, 512)
GOAL = 0.78  # relative to the FLOPs of the released code
PRESET_GOALS: dict[PresetName, float] = {"draft": 0.12, "balanced": 0.35, "quality": 1.0}
"""Relative to the FLOPs of Quality."""

TERA = 1e12


@dataclass(frozen=True)
class Comparison:
    """The calls of our presets and of the released code in one camera mode."""

    camera: bool
    presets: Mapping[PresetName, Sequence[CallGroup]]
    released: Sequence[CallGroup]

    @property
    def ours(self) -> Sequence[CallGroup]:
        """Our calls for the same result as the released code's."""
        return self.presets["quality"]

    @property
    def ratio(self) -> float:
        """Our FLOPs relative to the released code's."""
        return _total(self.ours) / _total(self.released)

    def relative_flops(self, preset: PresetName) -> float:
        """The FLOPs of a preset relative to Quality's."""
        return _total(self.presets[preset]) / _total(self.ours)


@dataclass(frozen=True)
class FlopReport:
    """The FLOPs of an edit in both camera modes."""

    comparisons: tuple[Comparison, ...]

    def text(self) -> str:
        """A table per camera mode for the terminal."""
        head = f"One edit of {FRAMES} frames of {SIZE[0]}x{SIZE[1]} in {STEPS} steps, full-size networks; in TFLOP."
        return "\n\n".join([head, *map(_table, self.comparisons)])

    def figures(self) -> dict[str, object]:
        """The JSON of the report, by camera mode; `flops_ratio` is the larger of both."""
        modes = {"camera on" if it.camera else "camera off": _figures(it) for it in self.comparisons}
        return {"flops_ratio": max(it.ratio for it in self.comparisons), **modes}


def measure_flops() -> FlopReport:
    """Count the FLOPs in both camera modes; takes some minutes and hardly any memory."""
    return FlopReport((compare(camera=False), compare(camera=True)))


def compare(camera: bool) -> Comparison:
    """Count the FLOPs of our presets and of the released code in one camera mode."""

    def subject() -> FlopSubject:
        return FlopSubject.on_meta(NetworksConfig(), FRAMES, SIZE)

    quality, ours = SamplerSettings(steps=STEPS, camera=camera), EditFlops(subject())
    presets = {preset: ours.calls(apply_preset(quality, preset)) for preset in get_args(PresetName)}
    return Comparison(camera, presets, released_calls(subject(), camera))


def _total(calls: Sequence[CallGroup]) -> int:
    return sum(group.total for group in calls)


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
    relative, goal = comparison.relative_flops(preset), PRESET_GOALS[preset]
    verdict = "reached" if relative <= goal else "missed"
    flops = _total(comparison.presets[preset]) / TERA
    return f"    {preset:51} {flops:8.1f}, {relative:.3f} of quality, goal at most {goal:.2f}: {verdict}"


def _rows(side: str, calls: Sequence[CallGroup]) -> list[str]:
    rows = [f"    {it.name:36}{it.calls:4} x {it.flops / TERA:8.3f} = {it.total / TERA:8.1f}" for it in calls]
    return [f"  {side:53} {_total(calls) / TERA:8.1f}", *rows]


def _figures(comparison: Comparison) -> dict[str, object]:
    def rows(calls: Sequence[CallGroup]) -> list[dict[str, object]]:
        return [{"name": group.name, "calls": group.calls, "flops": group.flops} for group in calls]

    return {
        "ratio": comparison.ratio,
        "goal": GOAL,
        "presets": {preset: comparison.relative_flops(preset) for preset in comparison.presets},
        "ours": rows(comparison.ours),
        "released": rows(comparison.released),
    }


class StepKind(NamedTuple):
    """The properties of a step that its FLOPs depend on."""

    reuses: bool
    guides: bool
    injects: bool
    uses_cfg: bool
    reconstructs: bool

    @classmethod
    def of(cls, plan: StepPlan) -> StepKind:
        """The kind of a step."""
        return cls(plan.reuses, plan.guides, plan.injects, plan.uses_cfg, plan.reconstructs)

    def __str__(self) -> str:
        labels = {"guided": self.guides, "injected": self.injects, "CFG": self.uses_cfg, "shallow": self.reuses}
        return "".join(f", {label}" for label, holds in labels.items() if holds)


class EditFlops:
    """Counts the FLOPs of our edits of one subject; each kind of step is counted once for all settings."""

    def __init__(self, subject: FlopSubject) -> None:
        self._subject = subject
        self._branches = Branches(subject.networks.unet, subject.conditioning(), SamplerSettings(), FeatureCache())
        self._steps: dict[StepKind, tuple[int, int]] = {}

    def calls(self, settings: SamplerSettings) -> list[CallGroup]:
        """The calls of an edit that fits one context window."""
        encoders = encoder_and_codec_calls(self._subject, images=1, poses=2, appearances=1, decodings=1)
        return encoders + self.sampler_calls(settings)

    @torch.no_grad()
    def sampler_calls(self, settings: SamplerSettings) -> list[CallGroup]:
        """The U-Net's calls, made by the branches and the step plan of a real run."""
        plans = make_plan(settings, self._subject.networks.config.schedule)
        calls = []
        # Sorted with full steps first: shallow steps reuse their deep features.
        for kind, steps in groupby(sorted(plans, key=StepKind.of), key=StepKind.of):
            calls += self._calls_of_kind(kind, list(steps))
        repeat = count_flops(lambda: self._branches.conditional(self._subject.latents, 0))
        return [*calls, CallGroup("step back for a repeat", sum(plan.repeats - 1 for plan in plans), repeat)]

    def _calls_of_kind(self, kind: StepKind, plans: Sequence[StepPlan]) -> list[CallGroup]:
        """The calls of steps of one kind; a repeated step reconstructs once."""
        if kind not in self._steps:
            self._steps[kind] = self._count(kind)
        reconstruct, edit = self._steps[kind]
        calls = [CallGroup(f"reconstruction{kind}", len(plans), reconstruct)] if kind.reconstructs else []
        return [*calls, CallGroup(f"edit{kind}", sum(plan.repeats for plan in plans), edit)]

    def _count(self, kind: StepKind) -> tuple[int, int]:
        """The FLOPs of one reconstruction, 0 where there is none, and of one edit."""
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
