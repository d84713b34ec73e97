"""The app: two clips in, the edited clip out. The page itself is in `ui/`."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported: nothing is sent anywhere

import gradio as gr

from motionfollower.backends import load_backend
from ui.page import build

STYLE = Path(__file__).parent / "ui" / "style.css"
UPLOAD_LIMIT = "100mb"
QUEUE = 20


def theme() -> gr.themes.ThemeClass:
    """The colours, and fonts of the reader's own machine: none are fetched."""
    return gr.themes.Soft(
        primary_hue="indigo",
        neutral_hue="zinc",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )


def main() -> None:
    """Serve the page: no server file but its own can be read, no upload is larger than the limit."""
    page = build(load_backend()).queue(max_size=QUEUE)
    page.launch(
        theme=theme(),
        css_paths=STYLE,
        max_file_size=UPLOAD_LIMIT,
        allowed_paths=[],
        strict_cors=True,
        enable_monitoring=False,
        run_history=False,
        footer_links=["api", "settings"],
        ssr_mode=False,
    )


if __name__ == "__main__":
    main()
