"""The work of one 50-step edit: our sampler's against the released code's, on the same full-size networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from motionfollower.bench.ours import Counted
from motionfollower.bench.released import STEPS, released_parts
from motionfollower.bench.work import Part, Subject
from motionfollower.models.config import NetworksConfig
from motionfollower.presets import PresetName, at_speed
from motionfollower.types import SamplerSettings

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
class Work:
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


def measure_flops() -> Work:
    """Count both, in both camera modes; takes some minutes and no memory to speak of."""
    return Work((compare(camera=False), compare(camera=True)))


def compare(camera: bool) -> Comparison:
    """Count both in one camera mode, on fresh networks each."""

    def subject() -> Subject:
        return Subject.without_memory(NetworksConfig(), FRAMES, SIZE)

    usual, ours = SamplerSettings(steps=STEPS, camera=camera), Counted(subject())
    presets = {preset: ours.parts(at_speed(usual, preset)) for preset in get_args(PresetName)}
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
