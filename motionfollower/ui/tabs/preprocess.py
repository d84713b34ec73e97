"""The Preprocess tab: what was found in the clips, what is doubtful, and a workbench to put it right."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr

from motionfollower.core.types import Prepared
from motionfollower.pipeline.checks import CheckResult, check_inputs, worst_level
from motionfollower.ui.drawing import masks_over, poses_over
from motionfollower.ui.inputs.marks import Role, Selections
from motionfollower.ui.sessions.prepared import PreparedClips
from motionfollower.ui.tabs.workbench import Workbench
from preprocess.progress import frame_list
from preprocess.types import Frame, PoseSequence
from preprocess.video.write import write_video

KEY = (
    '<p class="mf-key"><i class="blue">the person, before and after</i>'
    '<i class="orange">where the dance puts them</i>'
    '<i class="pink">freed, to be invented</i></p>'
)

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
        self.bench = Workbench()

    @property
    def components(self) -> list[Any]:
        """All that the updates speak of."""
        return [self.report, self.source, self.target, self.masks, self.drawn, *self.bench.components]

    def show(
        self, checked: PreparedClips | None, frame: float, role: Role, marks: Selections, drawn: PoseSequence | None
    ) -> Generator[Updates, None, None]:
        """What was found in both clips; nothing where nothing was looked at. Poses `drawn` already are left alone."""
        if checked is None:
            videos = dict.fromkeys([self.source, self.target, self.masks, self.drawn])
            yield {self.report: UNCHECKED, **videos, **self.bench.clear()}
            return
        inputs = checked.prepared.inputs
        with TemporaryDirectory() as folder:  # the page has its own copies once they are yielded
            masked = masks_over(inputs.source.frames, inputs.source_masks.masks, inputs.target_masks.masks)
            yield {
                self.report: checks_html(checked.prepared, str(checked.camera)),
                **({} if inputs.source_poses is drawn else self._draw_poses(checked, Path(folder))),
                self.masks: _video(Path(folder) / "masks.mp4", masked, inputs.source.fps),
                self.drawn: inputs.source_poses,
                **self.bench.show(checked, frame, role, marks),
            }

    def _draw_poses(self, checked: PreparedClips, folder: Path) -> Updates:
        prepared, inputs = checked.prepared, checked.prepared.inputs
        source = poses_over(inputs.source.frames, inputs.source_poses)
        target = poses_over(prepared.target.frames, prepared.target_poses)
        return {
            self.source: _video(folder / "source.mp4", source, inputs.source.fps),
            self.target: _video(folder / "target.mp4", target, inputs.source.fps),
        }


def _video(path: Path, frames: Iterable[Frame], fps: float) -> str:
    write_video(path, frames, fps)
    return str(path)


def _loop(label: str, name: str) -> gr.Video:
    return gr.Video(
        label=label, interactive=False, min_width=140, buttons=[], loop=True, autoplay=True,
        elem_id=name, elem_classes="mf-media",
    )  # fmt: skip


UNCHECKED = '<p class="mf-hint">Press <b>Check poses</b> to see what will happen before any time is spent on it.</p>'


def checks_html(prepared: Prepared, camera: str) -> str:
    """The list for two clips that were looked at, with what is proposed for the `camera`."""
    findings = check_inputs(prepared)
    levels = worst_level(findings, len(prepared.inputs.source))
    lamps = "".join(f'<i class="{level}" title="frame {index}: {level}"></i>' for index, level in enumerate(levels))
    title = f"{levels.count('green')} of {len(levels)} frames are fine"
    items = "".join(map(_item, findings)) or "<li class='green'>Nothing doubtful was found. Press Generate.</li>"
    return (
        f'<section class="mf-preflight" aria-label="Pre-flight check"><h3>{title}</h3>'
        f'<div class="lamps" role="img" aria-label="{title}">{lamps}</div><ul>{items}</ul>'
        f'<p class="mf-hint">{escape(camera)}</p></section>'
    )


def _item(finding: CheckResult) -> str:
    where = escape(frame_list(finding.frames))
    return f'<li class="{finding.level}"><b>{escape(finding.what).capitalize()}</b> in {where}. {finding.advice}</li>'
