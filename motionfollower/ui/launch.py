"""Launch the app: its theme, limits, memory and security settings; the page itself is in `page`."""

from __future__ import annotations

import ctypes
import os
import sys
from importlib.util import find_spec
from pathlib import Path

import gradio as gr

from motionfollower.ui.engine import Engine
from motionfollower.ui.page import build_page
from motionfollower.ui.sessions.results import delete_stale_folders
from motionfollower.ui.zero_gpu import IS_ZERO_GPU

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # no telemetry

STYLE = Path(__file__).parent / "static" / "style.css"
UPLOAD_LIMIT = "100mb"
QUEUE_SIZE = 20  # events that wait in Gradio's queue
MCP = "MOTIONFOLLOWER_MCP"
"""The environment variable that, set to 1, offers the endpoints as MCP tools."""

M_ARENA_MAX = -8  # the option of glibc's malloc.h
MALLOC_ARENAS = 2


def theme() -> gr.themes.ThemeClass:
    """The colours, with system fonts: none are downloaded."""
    base = gr.themes.Default(
        primary_hue="indigo",
        neutral_hue="zinc",
        radius_size="lg",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )
    return base.set(
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
    """Whether to offer the endpoints as MCP tools; exits if the package for it is missing."""
    is_set = os.environ.get(MCP, "0") not in ("", "0")
    if is_set and find_spec("mcp") is None:
        sys.exit(f"{MCP} is set, but the mcp package is missing. Run `pip install 'gradio[mcp]'`, or unset {MCP}.")
    return is_set


def limit_malloc_arenas() -> None:
    """Let all threads share two malloc arenas, where the C library is glibc.

    By default glibc gives new threads arenas of their own, whose free memory other threads cannot use: thirty edits,
    each shown by other threads, would take twice the memory of one.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, MALLOC_ARENAS)


def launch() -> None:
    """Serve the page until the process ends: no files of the server are exposed, and uploads are limited."""
    limit_malloc_arenas()
    delete_stale_folders()
    engine = Engine()
    if IS_ZERO_GPU:
        engine.load()  # at startup: the processes that borrow a GPU are forked with what is loaded by then
    page = build_page(engine).queue(max_size=QUEUE_SIZE)
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
    engine.load()  # the page can be opened meanwhile
    page.block_thread()
