"""What a user does on the page, in one line each."""

import re
from typing import Any

EXAMPLE = "Mia in her room → a dance"
LONG = 120_000  # milliseconds that a busy machine may take for a few frames


def take_example(page: Any, preset: str = "Draft") -> None:
    page.get_by_text(EXAMPLE, exact=True).click()
    page.wait_for_selector("#clip-source video")
    page.wait_for_selector("#clip-target video")
    page.get_by_text(preset, exact=True).click()
    page.wait_for_function("document.querySelector('#estimate').innerText.includes('About')")


def press(page: Any, name: str) -> None:
    page.locator(f"#{name}").click()


def wait_for_status(page: Any, words: str) -> None:
    page.locator("#status").get_by_text(re.compile(words)).wait_for(timeout=LONG)


def set_field(page: Any, name: str, value: float) -> None:
    field = page.locator(f"#{name} input[type=number]")
    field.fill(str(value))
    field.press("Enter")


def generate(page: Any) -> None:
    take_example(page)
    press(page, "generate")
    wait_for_status(page, r"^Done\.")
