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
    plain = gr.themes.Default(
        primary_hue="indigo",
        neutral_hue="zinc",
        radius_size="lg",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )
    return plain.set(
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_400",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_hover_dark="*primary_700",
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
