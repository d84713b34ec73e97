"""Take screenshots of the app in each of its states: `python -m tools.screenshots [FOLDER]`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import sync_playwright

from tests.ui.conftest import CHROMIUM, EXAMPLES, FLAGS, PHONE, opening, serving
from tests.ui.steps import load_example, open_tab, press, wait_for_status

FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/screenshots")
SCREEN = {"width": 1440, "height": 940}
MIDDLE = "520"  # of the player's 1000


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, serving(Path(folder)) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        with opening(browser, server.url) as open_page:
            take_desktop(open_page(viewport=SCREEN))
            take_error(open_page(viewport=SCREEN))
            take_dark(open_page(viewport=SCREEN, color_scheme="dark"))
            take_phone(open_page(viewport=PHONE, is_mobile=True, has_touch=True, device_scale_factor=2))
        browser.close()


def take_desktop(page: Any) -> None:
    shoot(page, "start")
    load_example(page, preset="Balanced")
    press(page, "generate")
    wait_for_status(page, "^Puppet: ")
    shoot(page, "running", patience=300)
    wait_for_status(page, r"^Done\.")
    show_middle(page)
    shoot(page, "done")
    open_tab(page, "Preprocess")
    shoot(page, "preprocess", is_whole=True)
    open_tab(page, "Fix mask")
    box = page.locator("#mask-image img").bounding_box()
    page.locator("#mask-image img").click(position={"x": box["width"] * 0.34, "y": box["height"] * 0.93})
    page.locator("#click-count").get_by_text("1 click").wait_for()
    page.locator("#frame-editor").scroll_into_view_if_needed()
    shoot(page, "mask")
    page.evaluate("scrollTo(0, 0)")
    open_tab(page, "Compare")
    shoot(page, "compare")
    open_tab(page, "Run")
    shoot(page, "run")
    open_tab(page, "Motion")
    open_tab(page, "Result")
    shoot(page, "motion")


def take_error(page: Any) -> None:
    page.locator("#clip-source input[type=file]").set_input_files(EXAMPLES / "source-mia-room.mp4")
    page.wait_for_selector("#clip-source video")
    page.wait_for_timeout(4000)  # until the change of the clip is handled
    press(page, "generate")
    page.locator("#clip-target").get_by_text("Add a target clip first.").wait_for()
    shoot(page, "error")


def take_dark(page: Any) -> None:
    load_example(page, preset="Balanced")
    press(page, "generate")
    wait_for_status(page, "^Done")  # from the example cache
    show_middle(page)
    shoot(page, "dark")


def take_phone(page: Any) -> None:
    load_example(page, preset="Draft")
    shoot(page, "phone-start")
    press(page, "generate")
    wait_for_status(page, r"^Done\.")
    show_middle(page)
    page.locator("#status").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#status').scrollIntoView()")
    shoot(page, "phone")


def show_middle(page: Any) -> None:
    page.wait_for_timeout(1000)
    page.get_by_label("Playback position").fill(MIDDLE)
    page.mouse.move(0, 0)


def shoot(page: Any, name: str, patience: int = 1500, *, is_whole: bool = False) -> None:
    page.wait_for_timeout(patience)  # until images and videos are loaded
    page.screenshot(path=FOLDER / f"{name}.jpg", full_page=is_whole, type="jpeg", quality=78)


if __name__ == "__main__":
    main()
