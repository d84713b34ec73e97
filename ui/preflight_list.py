"""The pre-flight list: a lamp for each frame, and what is doubtful with what to do."""

from __future__ import annotations

from html import escape

from motionfollower.preflight import Finding, check, worst
from motionfollower.types import Prepared
from preprocess.wording import name_frames

UNCHECKED = '<p class="mf-hint">Press <b>Check poses</b> to see what will happen before any time is spent on it.</p>'


def preflight_html(prepared: Prepared, camera: str) -> str:
    """The list for two clips that were looked at, with what is proposed for the `camera`."""
    findings = check(prepared)
    levels = worst(findings, len(prepared.inputs.source))
    lamps = "".join(f'<i class="{level}" title="frame {index}: {level}"></i>' for index, level in enumerate(levels))
    title = f"{levels.count('green')} of {len(levels)} frames are fine"
    items = "".join(map(_item, findings)) or "<li class='green'>Nothing doubtful was found. Press Generate.</li>"
    return (
        f'<section class="mf-preflight" aria-label="Pre-flight check"><h3>{title}</h3>'
        f'<div class="lamps" role="img" aria-label="{title}">{lamps}</div><ul>{items}</ul>'
        f'<p class="mf-hint">{escape(camera)}</p></section>'
    )


def _item(finding: Finding) -> str:
    where = escape(name_frames(finding.frames))
    return f'<li class="{finding.level}"><b>{escape(finding.what).capitalize()}</b> in {where}. {finding.advice}</li>'
