"""The Preprocess tab: what was found in the clips, where the dance will be, and sliders to move it."""

from __future__ import annotations

from collections.abc import Generator
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr

from motionfollower.preflight import Finding, check, worst
from motionfollower.types import Prepared
from preprocess.types import Frame, Frames, PoseSequence
from preprocess.wording import name_frames
from preprocess.write_video import write_video
from ui.checked import Checked
from ui.overlays import ghost_over, masks_over, poses_over
from ui.settings import FRAMES_LIMIT

PLACE_LIMIT = 300
KEY = (
    '<p class="mf-key"><i class="blue">the person, before and after</i>'
    '<i class="orange">where the dance puts them</i>'
    '<i class="pink">freed, to be invented</i></p>'
)
UNCHECKED = '<p class="mf-hint">Press <b>Check poses</b> to see what will happen before any time is spent on it.</p>'

Updates = dict[Any, Any]


class PreprocessTab:
    """The components, and the updates that show a preparation in them."""

    def __init__(self) -> None:
        self.drawn = gr.State(None)
        self.report = gr.HTML(UNCHECKED, apply_default_css=False, elem_id="preflight")
        with gr.Row(elem_classes="mf-three"):
            self.source = _loop("Source poses", "poses-source")
            self.target = _loop("Target poses", "poses-target")
            self.masks = _loop("Masks", "masks")
        gr.HTML(KEY, apply_default_css=False)
        with gr.Row(elem_classes="mf-align"):
            self.ghost = gr.Image(
                label="The dance on the source", interactive=False, buttons=[], format="jpeg",
                elem_id="ghost", elem_classes="mf-media", min_width=240, scale=3,
            )  # fmt: skip
            with gr.Column(min_width=240, scale=2):
                self.frame = gr.Slider(0, FRAMES_LIMIT, 12, step=1, label="Frame", elem_id="ghost-frame")
                self.scale = gr.Slider(0.5, 2, 1, step=0.01, label="Scale", elem_id="ghost-scale")
                self.x = _shift("Right", "ghost-x")
                self.y = _shift("Down", "ghost-y")
                self.foot_line = gr.Slider(
                    0, 1024, 0, step=1, label="Foot line", info="The row on which the feet stand; 0: found out.",
                    elem_id="ghost-foot",
                )  # fmt: skip
                self.reset = gr.Button("As it was", size="sm")

    @property
    def components(self) -> list[Any]:
        """All that the updates speak of."""
        videos = [self.source, self.target, self.masks]
        return [self.report, *videos, self.ghost, self.frame, self.foot_line, self.drawn]

    @property
    def placing(self) -> dict[str, gr.Slider]:
        """The sliders of the alignment by hand, by the names of the settings."""
        return {"scale": self.scale, "x": self.x, "y": self.y, "foot_line": self.foot_line}

    def _clear(self) -> Updates:
        videos = dict.fromkeys([self.source, self.target, self.masks, self.ghost, self.drawn])
        return {self.report: UNCHECKED, **videos}

    def show(self, checked: Checked | None, frame: float, drawn: PoseSequence | None) -> Generator[Updates, None, None]:
        """What was found in both clips; nothing where nothing was looked at. Poses `drawn` already are left alone."""
        if checked is None:
            yield self._clear()
            return
        with TemporaryDirectory() as folder:  # the page has its own copies once they are yielded
            inputs, last = checked.prepared.inputs, len(checked.prepared.inputs.source) - 1
            videos = {} if inputs.source_poses is drawn else self._draw_poses(checked, Path(folder))
            masked = masks_over(inputs.source.frames, inputs.source_masks.masks, inputs.target_masks.masks)
            yield {
                self.report: preflight_html(checked.prepared),
                **videos,
                self.masks: _video(Path(folder) / "masks.mp4", masked, inputs.source.fps),
                self.ghost: ghost(checked, frame),
                self.frame: gr.Slider(value=min(int(frame), last), maximum=max(1, last)),
                self.foot_line: gr.Slider(maximum=inputs.source.size[1]),
                self.drawn: inputs.source_poses,
            }

    def _draw_poses(self, checked: Checked, folder: Path) -> Updates:
        prepared, inputs = checked.prepared, checked.prepared.inputs
        source = poses_over(inputs.source.frames, inputs.source_poses)
        target = poses_over(prepared.target.frames, prepared.target_poses)
        return {
            self.source: _video(folder / "source.mp4", source, inputs.source.fps),
            self.target: _video(folder / "target.mp4", target, inputs.source.fps),
        }


def _video(path: Path, frames: Frames, fps: float) -> str:
    write_video(path, frames, fps)
    return str(path)


def ghost(checked: Checked, index: float) -> Frame:
    """The aligned pose over a frame of the source."""
    inputs = checked.prepared.inputs
    index = min(int(index), len(inputs.source) - 1)
    return ghost_over(inputs.source.frames[index], inputs.aligned_poses, index)


def preflight_html(prepared: Prepared) -> str:
    """A lamp for each frame, and what is doubtful with what to do."""
    findings = check(prepared)
    levels = worst(findings, len(prepared.inputs.source))
    lamps = "".join(f'<i class="{level}" title="frame {index}: {level}"></i>' for index, level in enumerate(levels))
    fine = levels.count("green")
    title = f"{fine} of {len(levels)} frames are fine"
    items = "".join(map(_item, findings)) or "<li class='green'>Nothing doubtful was found. Press Generate.</li>"
    return (
        f'<section class="mf-preflight" aria-label="Pre-flight check"><h3>{title}</h3>'
        f'<div class="lamps" role="img" aria-label="{title}">{lamps}</div><ul>{items}</ul></section>'
    )


def _item(finding: Finding) -> str:
    where = escape(name_frames(finding.frames))
    return f'<li class="{finding.level}"><b>{escape(finding.what).capitalize()}</b> in {where}. {finding.advice}</li>'


def _loop(label: str, name: str) -> gr.Video:
    return gr.Video(
        label=label, interactive=False, min_width=140, buttons=[], loop=True, autoplay=True,
        elem_id=name, elem_classes="mf-media",
    )  # fmt: skip


def _shift(label: str, name: str) -> gr.Slider:
    return gr.Slider(-PLACE_LIMIT, PLACE_LIMIT, 0, step=1, label=f"{label}, pixels", elem_id=name)
