"""The guidance losses per step as a small SVG that needs no script and knows light and dark."""

from __future__ import annotations

from motionfollower.types import StepLosses

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 800, 150, 48, 20, 8
LINES = {"foreground": "var(--mf-accent)", "background": "var(--mf-amber)"}


def loss_chart(losses: tuple[StepLosses, ...]) -> str:
    """The chart; a sentence where no step was guided."""
    if not losses:
        return '<div class="mf-chart"><h3>Guidance losses</h3><p>Score guidance was off in this run.</p></div>'
    top = max(max(loss.foreground, loss.background) for loss in losses) or 1.0
    first, last = losses[0].step, max(losses[-1].step, losses[0].step + 1)

    def x(step: float) -> float:
        return LEFT + (WIDTH - LEFT - 10) * (step - first) / (last - first)

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)

    def line(name: str) -> str:
        points = " ".join(f"{x(loss.step):.1f},{y(getattr(loss, name)):.1f}" for loss in losses)
        return f'<polyline fill="none" stroke="{LINES[name]}" stroke-width="2" points="{points}"/>'

    grid = "".join(
        f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
        f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.3g}</text>'
        for value in (0, top / 2, top)
    )
    steps = "".join(
        f'<text x="{x(step):.1f}" y="{HEIGHT - 4}" text-anchor="middle">{step + 1}</text>'
        for step in sorted({first, (first + losses[-1].step) // 2, losses[-1].step})
    )
    key = "".join(f'<i style="--c:{colour}">{name}</i>' for name, colour in LINES.items())
    ends = ", ".join(f"{name} {getattr(losses[-1], name):.3g}" for name in LINES)
    return (
        f'<div class="mf-chart"><h3>Guidance losses {key}</h3>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Guidance losses per step, at the end {ends}">'
        f"{grid}{steps}{''.join(map(line, LINES))}</svg></div>"
    )
