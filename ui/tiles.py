"""What was measured of a run, a tile each, and what it warned of."""

from __future__ import annotations

from html import escape

from motionfollower.measures import Measures
from motionfollower.metadata import RunMetadata


def tiles_html(run: RunMetadata, seconds: float) -> str:
    """Each measure in a tile: its value over its name; the run took `seconds` in all."""
    steps = run.sampler.steps
    pace = f"{run.seconds.get('sampling', 0.0) / steps:.2f} s a step"
    tiles = {
        **(_measured(run.measures) if run.measures else {}),
        f"in all · {pace}": f"{seconds:.1f} s",
        f"seed · {steps} step{'s'[: steps != 1]} · {run.frames} frames": str(run.sampler.seed),
    }
    items = "".join(f"<div><dd>{escape(value)}</dd><dt>{escape(name)}</dt></div>" for name, value in tiles.items())
    return f'<dl class="mf-tiles">{items}</dl>'


def _measured(measures: Measures) -> dict[str, str]:
    match, error = measures.pose_match, measures.pose_error
    pose = {"pose match · nobody was found": "–"}
    if match is not None and error is not None:
        pose = {f"pose match · {error:.1f} px off": f"{match:.0%}"}
    return {
        "of the pixels are the source's own": f"{measures.background_kept:.1%}",
        **pose,
        f"flicker · the source has {measures.source_flicker:.1f}": f"{measures.flicker:.1f}",
    }


def warnings_html(warnings: tuple[str, ...]) -> str:
    """What the run warned of."""
    items = "".join(f"<li>{escape(warning)}</li>" for warning in warnings)
    return f'<ul class="mf-warnings">{items}</ul>' if items else ""
