"""The app: two clips in, the edited clip out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import gradio as gr

from motionfollower.backends import Backend, load_backend
from motionfollower.errors import InputError
from motionfollower.job import EditRequest, run_edit
from motionfollower.results import ResultFiles
from motionfollower.types import PrepareSettings, Preview, Progress, StageStarted

EXAMPLES = Path(__file__).parent / "examples"
EXAMPLE_PAIRS = (
    ("source-mia-room.mp4", "target-r107-dance-a.mp4"),
    ("source-ken-brick-moving-camera.mp4", "target-leo-dance-b.mp4"),
)
UPLOAD_LIMIT = "100mb"
FRAMES_LIMIT = 240
HOUR, DAY = 3600, 86400

View = tuple[str | None, str]
"""What is shown: the path of the result's video, where there is one, and the status line."""


def build(backend: Backend) -> gr.Blocks:
    """The page; all edits run on one backend, one after the other."""

    def generate(source: str | None, target: str | None, frames: float, steps: float, seed: float) -> Iterator[View]:
        try:
            request = make_request(backend, source, target, int(frames), int(steps), int(seed))
            yield from show_edit(request, backend)
        except InputError as error:
            raise gr.Error(str(error), print_exception=False) from error

    page = gr.Blocks(title="MotionFollower", analytics_enabled=False, delete_cache=(HOUR, DAY))
    with page:
        gr.Markdown(f"# MotionFollower\nThe source's person does the target's motion. Weights: **{backend.name}**.")
        with gr.Row():
            with gr.Column():
                source = gr.Video(label="Source: the clip to edit", sources=["upload"])
                target = gr.Video(label="Target: the motion to follow", sources=["upload"])
                frames = gr.Slider(1, FRAMES_LIMIT, 24, step=1, label="Frames")
                steps = gr.Slider(1, 100, backend.settings.steps, step=1, label="Steps")
                seed = gr.Number(backend.settings.seed, precision=0, label="Seed")
                gr.Examples([[EXAMPLES / name for name in pair] for pair in EXAMPLE_PAIRS], [source, target])
            with gr.Column():
                result = gr.Video(label="Result", interactive=False)
                status = gr.Markdown("Add two clips, or take an example.")
                start = gr.Button("Generate", variant="primary")
                stop = gr.Button("Stop")
        run = start.click(generate, [source, target, frames, steps, seed], [result, status], concurrency_limit=1)
        stop.click(lambda: "Stopped. Nothing was saved.", outputs=status, cancels=run)
    return page


def make_request(
    backend: Backend, source: str | None, target: str | None, frames: int, steps: int, seed: int
) -> EditRequest:
    """What the page's fields ask for; InputError where a clip is missing or a setting is out of range."""
    if not source or not target:
        raise InputError(f"Add a {'target' if source else 'source'} clip first.")
    settings = replace(backend.settings, steps=steps, seed=seed)
    return EditRequest(Path(source), Path(target), PrepareSettings(frames=frames), settings)


def show_edit(request: EditRequest, backend: Backend) -> Iterator[View]:
    """Run an edit; its files are gone as soon as the page has its own copy of the video."""
    with TemporaryDirectory() as folder:
        with closing(run_edit(request, backend, Path(folder))) as events:
            for event in events:
                if not isinstance(event, Preview):
                    yield None, status_line(event)
        yield str(ResultFiles(Path(folder)).edited), "Done."


def status_line(event: StageStarted | Progress) -> str:
    """An event in words."""
    stage = event.stage.capitalize()
    return f"{stage}: {event.done} of {event.total}" if isinstance(event, Progress) else f"{stage} …"


def main() -> None:
    """Serve the page."""
    fonts = gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["monospace"])  # none from elsewhere
    page = build(load_backend()).queue(max_size=20)
    page.launch(theme=fonts, max_file_size=UPLOAD_LIMIT, enable_monitoring=False)


if __name__ == "__main__":
    main()
