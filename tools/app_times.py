"""The app's times on this machine: start, ghost, first preview, Stop. `python -m tests.app.figures`."""

import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from motionfollower.core.progress import run_with_progress
from motionfollower.core.config import EditConfig, PrepareSettings
from motionfollower.core.events import Preview
from motionfollower.pipeline.backends import load_backend
from motionfollower.pipeline.prepare import prepare
from motionfollower.pipeline.run import run_edit

from .conftest import CHROMIUM, FLAGS, SOURCE, TARGET, opening, serving
from .steps import open_tab, picture, press, take_example, wait_for_other_picture, wait_for_status

STAGES = ("Source poses", "Background", "Puppet", "Sampling", "Measure")


def main() -> None:
    first, whole = preview_seconds()
    print(f"first preview, clips checked, 10 steps: {first:.1f} of {whole:.1f} s: {first / whole:.1%}", flush=True)
    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        measure(browser, Path(folder))
        browser.close()


def measure(browser: Browser, folder: Path) -> None:
    began = time.perf_counter()
    with serving(folder) as server, opening(browser, server.url) as open_page:
        page = open_page()
        print(f"page usable after start: {time.perf_counter() - began:.1f} s", flush=True)
        take_example(page, preset="Balanced")
        press(page, "check")
        wait_for_status(page, r"^Checked\.")
        open_tab(page, "Preprocess")
        print(
            f"ghost redrawn, median of 7: {median(ghost_seconds(page, 10 * i) for i in range(1, 8)):.2f} s", flush=True
        )
        for stage in STAGES:
            print(f"Stop during {stage}: {stop_seconds(open_page(), stage):.2f} s", flush=True)


def ghost_seconds(page: Any, x: int) -> float:
    page.wait_for_timeout(2000)  # the masks of the last move are foretold
    before = picture(page, "ghost")
    page.locator("#ghost-x input[type=number]").fill(str(x))
    began = time.perf_counter()
    page.locator("#ghost-x input[type=number]").press("Enter")
    wait_for_other_picture(page, "ghost", before)
    return time.perf_counter() - began


def preview_seconds() -> tuple[float, float]:
    """Until the first preview of an edit of ten steps whose clips are known, and until its end."""
    backend, settings = load_backend("embedded"), PrepareSettings(frames=24)
    inputs = run_with_progress(prepare(SOURCE, TARGET, settings, backend.preprocessors)).inputs
    order = EditConfig(SOURCE, TARGET, settings, replace(backend.settings, steps=10))
    began, first = time.perf_counter(), None
    with TemporaryDirectory() as folder:
        for event in run_edit(order, backend, Path(folder), inputs):
            if isinstance(event, Preview) and first is None:
                first = time.perf_counter() - began
    assert first is not None
    return first, time.perf_counter() - began


def stop_seconds(page: Any, stage: str) -> float:
    take_example(page, preset="Quality")
    press(page, "generate")
    wait_for_status(page, f"^{stage}(:| …)")
    began = time.perf_counter()
    press(page, "stop")
    wait_for_status(page, "^Stopped")
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
