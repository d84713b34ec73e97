"""What the page draws: overlays of poses, masks and points on frames, and the chart of the guidance losses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cv2
import numpy as np

from motionfollower.core.types import StepLosses
from preprocess.pose.render import draw_pose
from preprocess.segmentation.point_prompts import MaskClick
from preprocess.types import Bools, ClipPoint, Frame, Frames, PoseSequence

BRIGHTNESS = 0.55  # of dimmed pixels, as a fraction
BLUE, ORANGE, PINK = (37, 99, 235), (249, 115, 22), (219, 39, 119)
GREEN, RED, WHITE = (22, 163, 74), (220, 38, 38), (255, 255, 255)
TINT = 0.5  # blend weight of a colour over the frame
POINT_RADIUS = 0.012  # of the frame's longer side

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 800, 150, 48, 20, 8  # of the chart and its margins, in units of its view box
LINES = {"foreground": "var(--mf-accent)", "background": "var(--mf-amber)"}  # of the chart: loss → colour


def overlay_poses(frames: Frames, poses: PoseSequence) -> Iterator[Frame]:
    """Yield each frame uint8 [H, W, 3], dimmed, with its pose drawn over it."""
    return (overlay_pose(frame, poses, index) for index, frame in enumerate(frames))


def overlay_pose(frame: Frame, poses: PoseSequence, index: int) -> Frame:
    """One frame uint8 [H, W, 3], dimmed, with the pose of frame `index` drawn over it."""
    drawn = draw_pose(poses.keypoints[index], poses.scores[index], poses.size)
    return np.where(drawn.any(axis=-1, keepdims=True), drawn, _dim(frame))


def overlay_masks(frames: Frames, source: Bools, target: Bools) -> Iterator[Frame]:
    """Yield each frame tinted by the masks bool [F, H, W]: blue in both, orange in the target only, pink if vacated."""
    for frame, before, after in zip(frames, source, target, strict=True):
        tinted = frame.copy()
        for mask, colour in ((before & after, BLUE), (before & ~after, PINK), (after & ~before, ORANGE)):
            tinted[mask] = _tint(frame[mask], colour)
        yield tinted


def overlay_clicks(frame: Frame, mask: Bools, clicks: Iterable[MaskClick]) -> Frame:
    """A frame with a mask [H, W] in blue and clicks on it: green ones add to the person, red ones remove."""
    tinted = frame.copy()
    tinted[mask] = _tint(frame[mask], BLUE)
    for click in clicks:
        _draw_point(tinted, click.at, GREEN if click.is_person else RED)
    return tinted


def highlight_person(frame: Frame, mask: Bools, point: ClipPoint | None) -> Frame:
    """A frame dimmed outside the mask [H, W] of the tracked person, with the point that selected them, if any."""
    highlighted = np.where(mask[..., None], frame, _dim(frame))
    if point is not None:
        _draw_point(highlighted, point, GREEN)
    return highlighted


def _dim(frame: Frame) -> Frame:
    return np.asarray(frame * np.float32(BRIGHTNESS), np.uint8)


def _tint(pixels: Frame, colour: tuple[int, int, int]) -> Frame:
    mixed = pixels * np.float32(1 - TINT) + np.float32(TINT) * np.array(colour, np.float32)
    return np.asarray(mixed, np.uint8)


def _draw_point(frame: Frame, at: ClipPoint, colour: tuple[int, int, int]) -> None:
    size = (frame.shape[1], frame.shape[0])
    radius = max(3, round(POINT_RADIUS * max(size)))
    cv2.circle(frame, at.pixel(size), radius, colour, cv2.FILLED, cv2.LINE_AA)
    cv2.circle(frame, at.pixel(size), radius, WHITE, 1 + radius // 4, cv2.LINE_AA)


def loss_chart(losses: tuple[StepLosses, ...]) -> str:
    """The guidance losses per step as an SVG without scripts; a sentence where no step was guided."""
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
    final = ", ".join(f"{name} {getattr(losses[-1], name):.3g}" for name in LINES)
    return (
        f'<div class="mf-chart"><h3>Guidance losses {key}</h3>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Guidance losses per step; final values: {final}">'
        f"{grid}{steps}{''.join(map(line, LINES))}</svg></div>"
    )
