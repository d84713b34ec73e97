"""The guidance losses per step as a small SVG that needs no script and knows light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cv2
import numpy as np

from motionfollower.core.types import StepLosses
from preprocess.pose.render import draw_pose
from preprocess.segmentation.point_prompts import MaskClick
from preprocess.types import Bools, ClipPoint, Frame, Frames, PoseSequence

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


DIMMED = 0.55
BLUE, ORANGE, PINK = (37, 99, 235), (249, 115, 22), (219, 39, 119)
GREEN, RED, WHITE = (22, 163, 74), (220, 38, 38), (255, 255, 255)
TINT = 0.5
POINT = 0.012  # of the picture's longer side: the radius of a point


def poses_over(frames: Frames, poses: PoseSequence) -> Iterator[Frame]:
    """Yield each frame uint8 [H, W, 3], dimmed, with its pose drawn over it."""
    return (ghost_over(frame, poses, index) for index, frame in enumerate(frames))


def ghost_over(frame: Frame, poses: PoseSequence, index: int) -> Frame:
    """One frame, dimmed, with a pose over it."""
    drawn = draw_pose(poses.keypoints[index], poses.scores[index], poses.size)
    return np.where(drawn.any(axis=-1, keepdims=True), drawn, _dim(frame))


def masks_over(frames: Frames, source: Bools, target: Bools) -> Iterator[Frame]:
    """Yield each frame with masks [F, H, W]: before in blue, afterwards in orange, what must be invented in pink."""
    for frame, before, after in zip(frames, source, target, strict=True):
        tinted = frame.copy()
        for mask, colour in ((before & after, BLUE), (before & ~after, PINK), (after & ~before, ORANGE)):
            tinted[mask] = _tint(frame[mask], colour)
        yield tinted


def _dim(frame: Frame) -> Frame:
    return np.asarray(frame * np.float32(DIMMED), np.uint8)


def _tint(pixels: Frame, colour: tuple[int, int, int]) -> Frame:
    mixed = pixels * np.float32(1 - TINT) + np.float32(TINT) * np.array(colour, np.float32)
    return np.asarray(mixed, np.uint8)


def clicks_over(frame: Frame, mask: Bools, clicks: Iterable[MaskClick]) -> Frame:
    """A frame with a person's mask [H, W] in blue, and its clicks: green for the person, red for what isn't."""
    tinted = frame.copy()
    tinted[mask] = _tint(frame[mask], BLUE)
    for click in clicks:
        _point(tinted, click.at, GREEN if click.is_person else RED)
    return tinted


def person_over(frame: Frame, mask: Bools, chosen: ClipPoint | None) -> Frame:
    """A frame in which all but the followed person is dimmed, with the point that chose them."""
    shown = np.where(mask[..., None], frame, _dim(frame))
    if chosen is not None:
        _point(shown, chosen, GREEN)
    return shown


def _point(picture: Frame, at: ClipPoint, colour: tuple[int, int, int]) -> None:
    size = (picture.shape[1], picture.shape[0])
    radius = max(3, round(POINT * max(size)))
    cv2.circle(picture, at.pixel(size), radius, colour, cv2.FILLED, cv2.LINE_AA)
    cv2.circle(picture, at.pixel(size), radius, WHITE, 1 + radius // 4, cv2.LINE_AA)
