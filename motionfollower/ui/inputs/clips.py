"""The two clips: where they are dropped, examples, and what is wrong with them before any work."""

from __future__ import annotations

from typing import Any

import gradio as gr

from motionfollower.core.assets import example_pairs
from motionfollower.core.errors import InputError
from preprocess.video.probe import probe

LONGEST = 20.0
MOST_PIXELS = 4096 * 2304
HINT = f"mp4, mov or webm · up to {LONGEST:.0f} s and 100 MB · one person, seen whole"


class Clips:
    """Source and target, with examples."""

    def __init__(self) -> None:
        with gr.Row(elem_classes="mf-pair"):
            self.source = _drop("Source", "clip-source")
            self.target = _drop("Target", "clip-target")
        if pairs := example_pairs():
            gr.Examples(
                [[str(clip) for clip in pair] for pair in pairs.values()],
                [self.source, self.target],
                label="Examples",
                example_labels=list(pairs),
                elem_id="examples",
            )


def _drop(label: str, name: str) -> gr.Video:
    return gr.Video(label=label, sources=["upload"], height=210, min_width=140, elem_id=name, elem_classes="mf-media")


def validate(source: str | None, target: str | None, *others: object) -> list[Any]:
    """Gradio's verdict on each input: a sentence at the clip that can't be used."""
    verdicts = [_verdict(path, role) for path, role in ((source, "source"), (target, "target"))]
    return [*verdicts, *(gr.validate(True, "") for _ in others)]


def _verdict(path: str | None, role: str) -> Any:
    sentence = complaint(path, role)
    return gr.validate(sentence is None, sentence or "")


def complaint(path: str | None, role: str) -> str | None:
    """What is wrong with a clip, found out without decoding it; None where nothing is."""
    if not path:
        return f"Add a {role} clip first."
    try:
        media = probe(path)
    except InputError:
        return f"This {role} clip can't be read as a video. Try an H.264 mp4."
    if (media.duration or 0) > LONGEST:
        return f"The {role} clip is {media.duration:.0f} s; the limit is {LONGEST:.0f} s. Trim it and try again."
    if media.size[0] * media.size[1] > MOST_PIXELS:
        return f"The {role} clip is {media.size[0]} × {media.size[1]} pixels; the limit is 4K. Scale it and try again."
    return None
