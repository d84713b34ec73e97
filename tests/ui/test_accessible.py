"""axe's rules for WCAG A and AA on our own markup; Gradio's components are not included."""

from typing import Any

import pytest

from .steps import check, open_tab

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
OWN = ".mf-head, .mf-title, .mf-hint, .mf-status, .mf-player, .mf-tiles, .mf-chart, .mf-preflight, .mf-key, .mf-intro, "
OWN += "#actions, #downloads, #follow-up"


def violations(page: Any) -> list[str]:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    found = axe.Axe().run(page, context={"include": [[part.strip()] for part in OWN.split(",")]}, options=RULES)
    return [f"{one['id']}: {node['html'][:120]}" for one in found.response["violations"] for node in one["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_start_page(open_page: Any, scheme: str) -> None:
    assert violations(open_page(color_scheme=scheme)) == []


@pytest.mark.parametrize("tab", ["Result", "Preprocess", "Compare", "Run"])
def test_a_finished_edit(finished: Any, tab: str) -> None:
    open_tab(finished, tab)
    assert violations(finished) == []


def test_checked_clips_in_dark_mode(open_page: Any) -> None:
    page = open_page(color_scheme="dark")
    check(page)
    assert violations(page) == []
