"""The two clips: upload fields, examples, and checks that need no decoding."""

from __future__ import annotations

from typing import Any

import gradio as gr

from motionfollower.core.assets import example_pairs
from motionfollower.core.errors import InputError
from preprocess.video.probe import probe

MAX_SECONDS = 20.0
MAX_PIXELS = 4096 * 2304  # a frame
HINT = f"MP4, MOV or WebM · up to {MAX_SECONDS:.0f} s and 100 MB · one person, fully visible"


class ClipInputs:
    """The source and target clips, with examples."""

    def __init__(self) -> None:
        with gr.Row(elem_classes="mf-pair"):
            self.source = _upload("Source (person)", "clip-source")
            self.target = _upload("Target (motion)", "clip-target")
        if pairs := example_pairs():
            gr.Examples(
                [[str(clip) for clip in pair] for pair in pairs.values()],
                [self.source, self.target],
                label="Examples",
                example_labels=list(pairs),
                elem_id="examples",
            )

    @property
    def components(self) -> list[gr.Video]:
        """Source and target."""
        return [self.source, self.target]


def _upload(label: str, elem_id: str) -> gr.Video:
    return gr.Video(
        label=label, sources=["upload"], height=210, min_width=140, elem_id=elem_id, elem_classes="mf-media"
    )


def validate(source: str | None, target: str | None, *others: object) -> list[Any]:
    """Gradio's validation of each input: the problem is shown at the clip concerned."""
    results = [_validate(path, role) for path, role in ((source, "source"), (target, "target"))]
    return [*results, *(gr.validate(True, "") for _ in others)]


def _validate(path: str | None, role: str) -> Any:
    problem = clip_problem(path, role)
    return gr.validate(problem is None, problem or "")


def clip_problem(path: str | None, role: str) -> str | None:
    """Why a clip cannot be used, as far as its header tells; None where it can."""
    if not path:
        return f"Add a {role} clip first."
    try:
        media = probe(path)
    except InputError:
        return f"The {role} clip cannot be read as a video. Try an H.264 MP4."
    if (media.duration or 0) > MAX_SECONDS:
        return f"The {role} clip is {media.duration:.0f} s long; the limit is {MAX_SECONDS:.0f} s. Trim it and retry."
    if media.size[0] * media.size[1] > MAX_PIXELS:
        return f"The {role} clip is {media.size[0]} × {media.size[1]} pixels; the limit is 4K. Downscale it and retry."
    return None
