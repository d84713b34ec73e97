"""The Result tab: three synchronized players, metrics, downloads, and follow-up edits."""

from __future__ import annotations

import zipfile
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from motionfollower.core.events import Stage
from motionfollower.core.types import EditInputs, EditMetrics
from motionfollower.io.result import ResultFiles
from motionfollower.io.run_record import RunMetadata
from motionfollower.pipeline.backends import backend_info
from motionfollower.ui.drawing import loss_chart
from motionfollower.ui.sessions.results import SessionResult
from motionfollower.ui.sessions.session import Updates
from motionfollower.ui.tabs.follow_up import FollowUpPanel
from preprocess.pose.render import draw_poses
from preprocess.types import Frame
from preprocess.video.read import stream_frames
from preprocess.video.write import write_gif, write_video

STATIC = Path(__file__).parents[1] / "static"
PLAYERS = ["player-source", "player-pose", "player-edited"]
DOWNLOADS = ("Video", "Side by side", "GIF", "Frames (.zip)", "run.json")
BUNDLE = "Bundle (.zip)"
GIF_HEIGHT = 360
INTRO = """<ol class="mf-intro">
<li><b>Add two clips</b>, or load an example: a source with the person, a target with the motion.</li>
<li><b>Check poses</b> shows the detected poses and masks and lets you correct them.</li>
<li><b>Generate</b> runs the edit with a live preview; compare and download the result.</li></ol>"""


class ResultTab:
    """The components, and the updates that show a run in them."""

    def __init__(self) -> None:
        with gr.Row(elem_classes="mf-three"):
            self.source = _player("Source", PLAYERS[0])
            self.pose = _player("Target pose", PLAYERS[1])
            with gr.Column(min_width=140):
                self.edited = _player("Edited", PLAYERS[2])
                self.preview = gr.Image(
                    label="Edited · preview", visible=False, interactive=False, buttons=[], format="jpeg",
                    alt_text="Preview of the edit", elem_id="preview", elem_classes="mf-media",
                )  # fmt: skip
        self.player = gr.HTML(
            "8", html_template=(STATIC / "player.html").read_text(), js_on_load=(STATIC / "player.js").read_text(),
            apply_default_css=False, ids=PLAYERS, elem_id="player",
        )  # fmt: skip
        self.tiles = gr.HTML(INTRO, apply_default_css=False, elem_id="tiles")
        with gr.Row(elem_classes="mf-downloads", elem_id="downloads"):
            self.downloads = [gr.DownloadButton(name, size="sm", interactive=False, min_width=96) for name in DOWNLOADS]
            self.bundle = gr.Button(BUNDLE, size="sm", interactive=False, min_width=96, elem_id="bundle")
            self.bundle_file = gr.DownloadButton("zip", visible="hidden", elem_id="bundle-file")
        self.chart = gr.HTML("", apply_default_css=False, elem_id="losses")
        self.follow_up = FollowUpPanel()

    @property
    def components(self) -> list[Any]:
        """The components that the updates change."""
        players = [self.source, self.pose, self.edited, self.preview, self.player]
        return [*players, self.tiles, *self.downloads, self.bundle, self.chart, *self.follow_up.components]

    def clear(self) -> Updates:
        """Show nothing but the introduction."""
        videos = {video: gr.Video(value=None, visible=True) for video in (self.source, self.pose, self.edited)}
        downloads = {button: gr.DownloadButton(interactive=False) for button in self.downloads}
        return {
            **videos,
            **downloads,
            self.bundle: gr.Button(interactive=False),
            self.preview: gr.Image(visible=False),
            self.tiles: INTRO,
            self.chart: "",
            **self.follow_up.clear(),
        }

    def begin(self, inputs: EditInputs, folder: Path) -> Updates:
        """Show the source and the target pose while the edit runs."""
        return {
            **self.clear(),
            **self.show_inputs(inputs, folder),
            self.tiles: "",
            **self.show_preview(inputs.source.frames[len(inputs.source) // 2]),
        }

    def show_inputs(self, inputs: EditInputs, folder: Path) -> Updates:
        """Show the source and the target pose; their videos stay in `folder` until the page has copied them."""
        source, pose = folder / "source.mp4", folder / "target_pose.mp4"
        write_video(source, inputs.source.frames, inputs.source.fps)
        write_video(pose, draw_poses(inputs.aligned_poses), inputs.source.fps)
        return {self.source: str(source), self.pose: str(pose), self.player: f"{inputs.source.fps:g}"}

    def show_preview(self, frame: Frame) -> Updates:
        """Show a preview in place of the edited clip."""
        return {self.edited: gr.Video(visible=False), self.preview: gr.Image(frame, visible=True)}

    def hide_preview(self) -> Updates:
        """Show the player of the edited clip again."""
        return {self.edited: gr.Video(visible=True), self.preview: gr.Image(visible=False)}

    def finish(self, result: SessionResult, seconds: float) -> Updates:
        """Show the edited clip, its metrics and its files; the edit took `seconds` in total."""
        run, files, info = result.run, result.files, backend_info(result.run.backend)
        label = f"Edited · {info.name}" if info.is_demo else "Edited"
        values = (files.edited, files.side_by_side, _gif(run, files), _zip(files), files.run)
        buttons = zip(self.downloads, values, strict=True)
        return {
            self.edited: gr.Video(str(files.edited), visible=True, label=label),
            self.preview: gr.Image(visible=False),
            self.tiles: tiles_html(run, seconds) + warnings_html(run.warnings),
            self.chart: loss_chart(run.losses),
            self.bundle: gr.Button(interactive=True),
            **{button: gr.DownloadButton(value=str(value), interactive=True) for button, value in buttons},
            **self.follow_up.show(run),
        }

    def wire(self, result: gr.State) -> None:
        """Write the bundle on request, then let the browser download it."""
        self.bundle.click(
            _write_bundle, result, self.bundle_file,
            api_visibility="private", show_progress_on=self.bundle, concurrency_limit=2,
        ).success(None, None, None, js="() => document.querySelector('#bundle-file').click()")  # fmt: skip


def _write_bundle(result: SessionResult) -> str:
    return str(result.bundle())


def _player(label: str, elem_id: str) -> gr.Video:
    return gr.Video(label=label, interactive=False, min_width=140, buttons=[], elem_id=elem_id, elem_classes="mf-media")


def _gif(run: RunMetadata, files: ResultFiles) -> Path:
    path = files.folder / "edited.gif"
    width, height = run.size
    scale = min(1.0, GIF_HEIGHT / height)
    size = (round(width * scale), round(height * scale))
    write_gif(path, stream_frames(files.frames, fps=run.fps, size=size), run.fps)
    return path


def _zip(files: ResultFiles) -> Path:
    path = files.folder / "frames.zip"
    with zipfile.ZipFile(path, "w") as archive:  # PNGs are compressed already
        for frame in files.images():
            archive.write(frame, frame.name)
    return path


def tiles_html(run: RunMetadata, seconds: float) -> str:
    """Each metric in a tile, its value over its name; the run took `seconds` in total."""
    steps = run.sampler.steps
    per_step = run.seconds.get(Stage.SAMPLING, 0.0) / steps
    tiles = {
        **(_metric_tiles(run.measures) if run.measures else {}),
        f"total · {per_step:.2f} s/step": f"{seconds:.1f} s",
        f"seed · {steps} step{'s'[: steps != 1]} · {run.frames} frames": str(run.sampler.seed),
    }
    items = "".join(f"<div><dd>{escape(value)}</dd><dt>{escape(name)}</dt></div>" for name, value in tiles.items())
    return f'<dl class="mf-tiles">{items}</dl>'


def _metric_tiles(metrics: EditMetrics) -> dict[str, str]:
    match, error = metrics.pose_match, metrics.pose_error
    pose = {"pose match · no person detected": "–"}
    if match is not None and error is not None:
        pose = {f"pose match · {error:.1f} px error": f"{match:.0%}"}
    return {
        "background pixels kept": f"{metrics.background_kept:.1%}",
        **pose,
        f"flicker · {metrics.source_flicker:.1f} in the source": f"{metrics.flicker:.1f}",
    }


def warnings_html(warnings: tuple[str, ...]) -> str:
    """The warnings of a run as a list."""
    items = "".join(f"<li>{escape(warning)}</li>" for warning in warnings)
    return f'<ul class="mf-warnings">{items}</ul>' if items else ""
