"""Pictures of the page in each of its states: start the app, then `python tests/app/screenshots.py [URL]`."""

import sys
from pathlib import Path
from typing import Any

from conftest import CHROMIUM, DESKTOP, FLAGS, PHONE
from playwright.sync_api import Browser, sync_playwright
from steps import press, set_field, take_example, wait_for_status

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
ADDRESS = "http://127.0.0.1:7860"


def main() -> None:
    url = sys.argv[1] if len(sys.argv) > 1 else ADDRESS
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        take_desktop(browser, url)
        take_finished(browser, url, "dark", viewport=DESKTOP, color_scheme="dark")
        take_finished(browser, url, "phone", viewport=PHONE, is_mobile=True, has_touch=True)
        browser.close()


def take_desktop(browser: Browser, url: str) -> None:
    page = visit(browser, url, viewport=DESKTOP)
    shoot(page, "start")
    take_example(page, preset="Balanced")
    press(page, "generate")
    page.locator("#preview img").wait_for()
    wait_for_status(page, "^(Background|Puppet|Sampling): ")
    shoot(page, "running")
    wait_for_status(page, r"^Done\.")
    show_frame(page)
    shoot(page, "done")
    page.get_by_role("tab", name="Preprocess").click()
    set_field(page, "ghost-x", 60)
    shoot(page, "preprocess")
    page.get_by_role("tab", name="Compare").click()
    shoot(page, "compare")


def take_finished(browser: Browser, url: str, name: str, **options: Any) -> None:
    page = visit(browser, url, **options)
    take_example(page, preset="Balanced")
    press(page, "generate")
    wait_for_status(page, r"^Done\.")
    show_frame(page)
    shoot(page, name)


def visit(browser: Browser, url: str, **options: Any) -> Any:
    page = browser.new_context(**options).new_page()
    page.goto(url)
    page.wait_for_selector("html[data-ready]")
    return page


def show_frame(page: Any) -> None:
    """Somewhere in the middle of the dance."""
    page.wait_for_timeout(1000)
    page.get_by_label("Place in the clips").fill("520")


def shoot(page: Any, name: str) -> None:
    page.wait_for_timeout(1500)  # pictures and videos load
    page.screenshot(path=FOLDER / f"{name}.jpg", full_page=True, type="jpeg", quality=82)


if __name__ == "__main__":
    main()
