"""What a user does on the page, one function per action."""

import re
from pathlib import Path
from typing import Any

FRAMES = 5
PRESET_FRAMES = {"Draft": "8", "Balanced": "24", "Quality": "48"}
EXAMPLE = "Room · static camera"
LONG = 240_000  # milliseconds for a few frames, for busy machines


def load_example(page: Any, preset: str = "Draft") -> None:
    page.get_by_text(EXAMPLE, exact=True).click()
    page.wait_for_selector("#clip-source video")
    page.wait_for_selector("#clip-target video")
    page.get_by_text(preset, exact=True).click()
    open_tab(page, "Advanced")
    page.wait_for_function(
        "frames => document.querySelector('#frames input[type=number]').value === frames", arg=PRESET_FRAMES[preset]
    )
    open_tab(page, "Basic")


def upload(page: Any, source: Path, target: Path) -> None:
    for name, clip in (("clip-source", source), ("clip-target", target)):
        page.locator(f"#{name} input[type=file]").set_input_files(clip)
        page.wait_for_selector(f"#{name} video")


def press(page: Any, name: str) -> None:
    page.locator(f"#{name}").click()


def wait_for_status(page: Any, pattern: str, timeout: float = LONG) -> None:
    status = page.locator("#status")
    try:
        status.get_by_text(re.compile(pattern)).wait_for(timeout=timeout)
    except Exception as error:
        error.add_note(f"The status is: {status.inner_text()}")
        raise


def set_field(page: Any, name: str, value: float) -> None:
    field = page.locator(f"#{name} input[type=number]")
    field.fill(str(value))
    field.press("Enter")


def make_small(page: Any) -> None:
    """Set so few frames that an edit takes seconds; leaves the tab Advanced open."""
    open_tab(page, "Advanced")
    set_field(page, "frames", FRAMES)


def check(page: Any) -> None:
    """Check the poses in a few frames of an example."""
    load_example(page)
    make_small(page)
    press(page, "check")
    wait_for_status(page, r"^Checked\.")
    open_tab(page, "Preprocess")
    page.locator("#preflight").get_by_text(f"of {FRAMES} frames without issues").wait_for()


def open_tab(page: Any, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def image_source(page: Any, name: str) -> Any:
    return page.locator(f"#{name} img").first.get_attribute("src")


def wait_for_other_image(page: Any, name: str, before: Any) -> None:
    script = "([name, before]) => document.querySelector(`#${name} img`).src !== before"
    page.wait_for_function(script, arg=[name, before])


def download(page: Any, name: str) -> Any:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name, exact=True).click()
    return waiting.value.path()
