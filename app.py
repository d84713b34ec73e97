"""The app: two clips in, the edited clip out. The page itself is in `ui/`."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import gradio as gr

from motionfollower.ui.engine import Engine
from motionfollower.ui.page import build_page
from motionfollower.ui.sessions.malloc import limit_malloc_arenas
from motionfollower.ui.sessions.results import sweep
from motionfollower.ui.zero_gpu import IS_LENT

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported: nothing is sent anywhere

STYLE = Path(__file__).parent / "motionfollower" / "ui" / "static" / "style.css"
UPLOAD_LIMIT = "100mb"
QUEUE = 20
MCP = "MOTIONFOLLOWER_MCP"
"""Set to 1, this environment variable offers the endpoints to language models as tools."""


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
        block_title_text_color="*neutral_800",
        block_title_text_color_dark="*neutral_100",
        block_title_text_weight="600",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_hover_dark="*primary_700",
        button_secondary_background_fill="*background_fill_primary",
        button_secondary_background_fill_dark="*neutral_800",
        button_secondary_background_fill_hover="*neutral_100",
        button_secondary_background_fill_hover_dark="*neutral_700",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="*neutral_600",
        button_border_width="1px",
        button_cancel_background_fill="*background_fill_primary",
        button_cancel_background_fill_dark="*neutral_800",
        button_cancel_background_fill_hover="#fee2e2",
        button_cancel_background_fill_hover_dark="#7f1d1d",
        button_cancel_text_color="#b91c1c",
        button_cancel_text_color_dark="#fca5a5",
        button_cancel_border_color="#dc2626",
        button_cancel_border_color_dark="#b91c1c",
    )


def wants_mcp() -> bool:
    """Whether the endpoints are offered as tools; ends the program where a package for it is missing."""
    wanted = os.environ.get(MCP, "0") not in ("", "0")
    if wanted and find_spec("mcp") is None:
        sys.exit(f"{MCP} is set, but the package for it is missing. Run `pip install 'gradio[mcp]'`, or unset {MCP}.")
    return wanted


def main() -> None:
    """Serve the page: no server file but its own can be read, no upload is larger than the limit."""
    limit_malloc_arenas()
    sweep()
    engine = Engine()
    if IS_LENT:
        engine.load()  # while the Space starts: a lent GPU's process begins with what is there then
    page = build_page(engine).queue(max_size=QUEUE)
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
        mcp_server=wants_mcp(),
        prevent_thread_lock=True,
    )
    engine.load()  # whoever opens the page meanwhile can look around already
    page.block_thread()


if __name__ == "__main__":
    main()
