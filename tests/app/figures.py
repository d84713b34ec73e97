"""The app's times on this machine: start, ghost, first preview, Stop. `python -m tests.app.figures`."""

import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from .conftest import CHROMIUM, FLAGS, opening, serving
from .steps import open_tab, picture, press, set_field, take_example, wait_for_other_picture, wait_for_status

STAGES = ("Source poses", "Background", "Puppet", "Sampling", "Measure")


def main() -> None:
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
        first, whole = preview_seconds(page)
        print(f"first preview, clips checked, 10 steps: {first:.1f} of {whole:.1f} s: {first / whole:.1%}", flush=True)
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


def preview_seconds(page: Any) -> tuple[float, float]:
    open_tab(page, "Advanced")
    set_field(page, "steps", 10)
    began = time.perf_counter()
    press(page, "generate")
    page.locator("#preview img").wait_for()
    wait_for_other_picture(page, "preview", picture(page, "preview"))  # the first one is the source's frame
    first = time.perf_counter() - began
    wait_for_status(page, r"^Done\.")
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
