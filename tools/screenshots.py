"""Pictures of the page in each of its states, into docs/screenshots: `python -m tests.app.screenshots`."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import sync_playwright

from .conftest import CHROMIUM, EXAMPLES, FLAGS, PHONE, opening, serving
from .steps import open_tab, press, take_example, wait_for_status

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
SCREEN = {"width": 1440, "height": 940}
MIDDLE = "520"  # of the player's 1000: somewhere amid the dance


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
    take_example(page, preset="Balanced")
    press(page, "generate")
    wait_for_status(page, "^Puppet: ")
    shoot(page, "running", patience=300)
    wait_for_status(page, r"^Done\.")
    show_middle(page)
    shoot(page, "done")
    open_tab(page, "Preprocess")
    shoot(page, "preprocess", is_whole=True)
    open_tab(page, "Fix the mask")
    box = page.locator("#mask-picture img").bounding_box()
    page.locator("#mask-picture img").click(position={"x": box["width"] * 0.34, "y": box["height"] * 0.93})
    page.locator("#click-count").get_by_text("1 click").wait_for()
    page.locator("#bench").scroll_into_view_if_needed()
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
    page.wait_for_timeout(4000)  # the change of the clip has been seen
    press(page, "generate")
    page.locator("#clip-target").get_by_text("Add a target clip first.").wait_for()
    shoot(page, "error")


def take_dark(page: Any) -> None:
    take_example(page, preset="Balanced")
    press(page, "generate")
    wait_for_status(page, "^Done")  # the example is made already
    show_middle(page)
    shoot(page, "dark")


def take_phone(page: Any) -> None:
    take_example(page, preset="Draft")
    shoot(page, "phone-start")
    press(page, "generate")
    wait_for_status(page, r"^Done\.")
    show_middle(page)
    page.locator("#status").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#status').scrollIntoView()")
    shoot(page, "phone")


def show_middle(page: Any) -> None:
    page.wait_for_timeout(1000)
    page.get_by_label("Place in the clips").fill(MIDDLE)
    page.mouse.move(0, 0)


def shoot(page: Any, name: str, patience: int = 1500, *, is_whole: bool = False) -> None:
    page.wait_for_timeout(patience)  # pictures and videos load
    page.screenshot(path=FOLDER / f"{name}.jpg", full_page=is_whole, type="jpeg", quality=78)


if __name__ == "__main__":
    main()
