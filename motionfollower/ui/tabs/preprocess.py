"""The Preprocess tab: the detections in both clips, the pre-flight check, and a frame editor to correct them."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr
import numpy as np

from motionfollower.core.messages import frame_list
from motionfollower.core.types import Prepared
from motionfollower.pipeline.checks import (
    CameraModeProposal,
    CheckCode,
    CheckResult,
    check_inputs,
    worst_level,
)
from motionfollower.ui.drawing import overlay_masks, overlay_poses
from motionfollower.ui.engine import Engine
from motionfollower.ui.inputs.selections import Selections
from motionfollower.ui.sessions.prepared import PreparedClips
from motionfollower.ui.sessions.session import Updates
from motionfollower.ui.tabs.frame_editor import FrameEditor
from preprocess.types import Frame, PoseSequence
from preprocess.video.write import write_video
from preprocess.warnings import Role

KEY = (
    '<p class="mf-key"><i class="blue">source and target</i>'
    '<i class="orange">target only</i>'
    '<i class="pink">vacated: to be filled</i></p>'
)
UNCHECKED = '<p class="mf-hint">Press <b>Check poses</b> to review poses, masks and alignment before an edit.</p>'

CHECK_TEXTS = {
    CheckCode.NO_PERSON: ("No person detected in the {role}", "Trim these frames or use another clip."),
    CheckCode.MASK_EMPTY: ("Empty {role} mask", "Click the person in “Fix mask”."),
    CheckCode.CUT: ("Shot change in the {role}", "Edit each shot separately."),
    CheckCode.MASK_SIZE: ("Unusual size of the {role} mask", "Review it in “Fix mask”."),
    CheckCode.LIMB_MISSING: ("Hand or foot not detected in the {role}", "Check that the limb is in view."),
    CheckCode.SEVERAL_PEOPLE: ("Several people in the {role}", "Check the tracked one in “Choose person”."),
    CheckCode.OUT_OF_FRAME: ("The aligned pose leaves the image", "Scale or shift it in “Adjust alignment”."),
}
"""What each check found, and advice about it."""


class PreprocessTab:
    """The components, and the updates that show prepared clips in them."""

    def __init__(self, engine: Engine) -> None:
        self.drawn_poses = gr.State(None)
        self.report = gr.HTML(UNCHECKED, apply_default_css=False, elem_id="preflight")
        with gr.Row(elem_classes="mf-three"):
            self.source = _loop("Source poses", "poses-source")
            self.target = _loop("Target poses", "poses-target")
            self.masks = _loop("Masks", "masks")
        gr.HTML(KEY, apply_default_css=False)
        self.editor = FrameEditor(engine)

    @property
    def components(self) -> list[Any]:
        """The components that the updates change."""
        return [self.report, self.source, self.target, self.masks, self.drawn_poses, *self.editor.components]

    def show(
        self,
        clips: PreparedClips | None,
        frame: float,
        role: Role,
        selections: Selections,
        drawn_poses: PoseSequence | None,
    ) -> Generator[Updates, None, None]:
        """Yield the updates that show prepared clips, or nothing; poses that were drawn before are kept."""
        if clips is None:
            videos = dict.fromkeys([self.source, self.target, self.masks, self.drawn_poses])
            yield {self.report: UNCHECKED, **videos, **self.editor.clear()}
            return
        inputs = clips.inputs
        with TemporaryDirectory() as folder:  # the page has its own copies once they are yielded
            masked = overlay_masks(inputs.source.frames, inputs.source_masks.masks, inputs.target_masks.masks)
            yield {
                self.report: checks_html(clips.prepared, clips.camera),
                **({} if inputs.source_poses is drawn_poses else self._draw_poses(clips, Path(folder))),
                self.masks: _video(Path(folder) / "masks.mp4", masked, inputs.source.fps),
                self.drawn_poses: inputs.source_poses,
                **self.editor.show(clips, frame, role, selections),
            }

    def _draw_poses(self, clips: PreparedClips, folder: Path) -> Updates:
        prepared, inputs = clips.prepared, clips.inputs
        source = overlay_poses(inputs.source.frames, inputs.source_poses)
        target = overlay_poses(prepared.target.frames, prepared.target_poses)
        return {
            self.source: _video(folder / "source.mp4", source, inputs.source.fps),
            self.target: _video(folder / "target.mp4", target, inputs.source.fps),
        }


def _video(path: Path, frames: Iterable[Frame], fps: float) -> str:
    write_video(path, frames, fps)
    return str(path)


def _loop(label: str, elem_id: str) -> gr.Video:
    return gr.Video(
        label=label, interactive=False, min_width=140, buttons=[], loop=True, autoplay=True,
        elem_id=elem_id, elem_classes="mf-media",
    )  # fmt: skip


def checks_html(prepared: Prepared, camera: CameraModeProposal) -> str:
    """The pre-flight check of prepared clips: a status light per frame, the findings, and the proposed camera mode."""
    results = check_inputs(prepared)
    levels = worst_level(results, len(prepared.inputs.source))
    lights = "".join(f'<i class="{level}" title="frame {index}: {level}"></i>' for index, level in enumerate(levels))
    title = f"{levels.count('green')} of {len(levels)} frames without issues"
    items = "".join(map(_item, results)) or "<li class='green'>No issues found. Press Generate.</li>"
    return (
        f'<section class="mf-preflight" aria-label="Pre-flight check"><h3>{title}</h3>'
        f'<div class="mf-lights" role="img" aria-label="{title}">{lights}</div><ul>{items}</ul>'
        f'<p class="mf-hint">{escape(describe_camera(camera))}</p></section>'
    )


def check_texts(result: CheckResult) -> tuple[str, str, str]:
    """What a check found, in which frames, and advice about it."""
    found, advice = CHECK_TEXTS[result.code]
    return found.format(role=result.role), frame_list(np.flatnonzero(result.frames).tolist()), advice


def describe_camera(camera: CameraModeProposal) -> str:
    """The proposed camera mode, and the measurement behind it."""
    mode = "on" if camera.is_on else "off"
    return f"Camera motion: {camera.travel:.0f} px (at an image size of 512 px). Suggested camera mode: {mode}."


def _item(result: CheckResult) -> str:
    found, frames, advice = check_texts(result)
    return f'<li class="{result.level}"><b>{escape(found)}</b> in {frames}. {advice}</li>'
