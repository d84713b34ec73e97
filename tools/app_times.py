"""Measure the app on this machine: start, pose overlay, first preview, Stop. `python -m tools.app_times`."""

import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from motionfollower.core.config import EditConfig, PrepareSettings
from motionfollower.core.events import Event, Preview
from motionfollower.pipeline.backends import load_backend
from motionfollower.pipeline.prepare import prepare
from motionfollower.pipeline.run import run_edit
from tests.ui.conftest import CHROMIUM, FLAGS, SOURCE, TARGET, opening, serving
from tests.ui.steps import image_source, load_example, open_tab, press, wait_for_other_image, wait_for_status

STAGES = ("Source poses", "Background", "Puppet", "Sampling", "Metrics")


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
        load_example(page, preset="Balanced")
        press(page, "check")
        wait_for_status(page, r"^Checked\.")
        open_tab(page, "Preprocess")
        print(
            f"pose overlay redrawn, median of 7: {median(overlay_seconds(page, 10 * i) for i in range(1, 8)):.2f} s",
            flush=True,
        )
        for stage in STAGES:
            print(f"Stop during {stage}: {stop_seconds(open_page(), stage):.2f} s", flush=True)


def overlay_seconds(page: Any, x: int) -> float:
    page.wait_for_timeout(2000)  # until the masks of the last move are predicted
    before = image_source(page, "pose-overlay")
    page.locator("#align-x input[type=number]").fill(str(x))
    began = time.perf_counter()
    page.locator("#align-x input[type=number]").press("Enter")
    wait_for_other_image(page, "pose-overlay", before)
    return time.perf_counter() - began


def preview_seconds() -> tuple[float, float]:
    """Seconds to the first preview of an edit of ten steps on prepared clips, and to its end."""
    backend, settings = load_backend("embedded"), PrepareSettings(frames=24)
    inputs = prepare(SOURCE, TARGET, settings, backend.preprocessors).inputs
    config = EditConfig(SOURCE, TARGET, settings, replace(backend.settings, steps=10))
    began, previews = time.perf_counter(), list[float]()

    def report(event: Event) -> None:
        if isinstance(event, Preview):
            previews.append(time.perf_counter() - began)

    with TemporaryDirectory() as folder:
        run_edit(config, backend, Path(folder), report, prepared=inputs)
    return previews[0], time.perf_counter() - began


def stop_seconds(page: Any, stage: str) -> float:
    load_example(page, preset="Quality")
    press(page, "generate")
    wait_for_status(page, f"^{stage}(:| …)")
    began = time.perf_counter()
    press(page, "stop")
    wait_for_status(page, "^Stopped")
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
