"""The page in a browser: messages, Stop, the frame editor, several users, and small screens."""

from typing import Any

import pytest

from .steps import (
    check,
    image_source,
    load_example,
    make_small,
    open_tab,
    press,
    set_field,
    wait_for_other_image,
    wait_for_status,
)

pytestmark = pytest.mark.browser


def start_long(page: Any) -> None:
    """Start an edit that outlasts the test."""
    load_example(page, preset="Quality")
    press(page, "generate")
    wait_for_status(page, "^(Source|Target) (poses|masks): ")


def test_a_missing_clip_is_reported_at_its_field(page: Any) -> None:
    press(page, "generate")
    page.locator("#clip-source").get_by_text("Add a source clip first.").wait_for()
    page.locator("#clip-target").get_by_text("Add a target clip first.").wait_for()
    assert page.locator("#generate").is_enabled()


def test_a_file_that_is_not_a_video_is_refused(page: Any, tmp_path: Any) -> None:
    file = tmp_path / "holiday.mp4"
    file.write_bytes(b"not a video at all" * 64)
    page.locator("#clip-source input[type=file]").set_input_files(file)
    page.get_by_text("Video not playable").or_(page.locator("#clip-source video")).first.wait_for()
    press(page, "generate")
    page.get_by_text("The source clip cannot be read as a video. Try an H.264 MP4.").first.wait_for()


def test_stop_ends_the_run_and_frees_the_page(page: Any) -> None:
    start_long(page)
    press(page, "stop")
    wait_for_status(page, r"^Stopped during .* Nothing was saved\.")
    page.locator("#generate:not([disabled])").wait_for()


def test_the_frame_editor_moves_the_pose_and_corrects_the_mask(page: Any) -> None:
    check(page)
    overlay, masks = image_source(page, "pose-overlay"), page.locator("#masks video").get_attribute("src")
    set_field(page, "align-x", 60)
    wait_for_other_image(page, "pose-overlay", overlay)
    page.wait_for_function("before => document.querySelector('#masks video').src !== before", arg=masks)
    open_tab(page, "Fix mask")
    mask, masks = image_source(page, "mask-image"), page.locator("#masks video").get_attribute("src")
    page.locator("#mask-image img").click(position={"x": 30, "y": 30})
    page.locator("#click-count").get_by_text("1 click in frame 4").wait_for()
    wait_for_other_image(page, "mask-image", mask)
    page.wait_for_function("before => document.querySelector('#masks video').src !== before", arg=masks)
    press(page, "click-undo")
    page.locator("#click-count").get_by_text("0 clicks").wait_for()
    open_tab(page, "Choose person")
    page.locator("#person-source img").click()
    page.locator("#tracked").get_by_text("Source: the person at 50%, 50% of frame 4").wait_for()


def test_changing_a_clip_clears_the_results(page: Any) -> None:
    check(page)
    page.locator("#clip-source").get_by_role("button", name="Clear").click()
    wait_for_status(page, "^Add a source and a target clip")
    page.locator("#preflight").get_by_text("Press Check poses").wait_for()


def test_users_are_queued_and_stopped_independently(open_page: Any) -> None:
    first, second, third = open_page(), open_page(), open_page()
    start_long(first)
    for page in (second, third):
        load_example(page)
        make_small(page)
        press(page, "generate")
        page.locator("#stop:not([disabled])").wait_for()
    wait_for_status(third, "^Queued: 2 edits ahead of yours")
    press(third, "stop")
    wait_for_status(third, r"^Stopped while queued\.")
    wait_for_status(second, "^Queued: 1 edit ahead of yours")
    press(first, "stop")
    wait_for_status(first, "^Stopped during")
    wait_for_status(second, r"^Done\.")
    assert first.locator("#player-edited video").count() == 0


def test_closing_or_reloading_a_page_ends_its_job(open_page: Any) -> None:
    closed, reloaded = open_page(), open_page()
    start_long(closed)
    load_example(reloaded, preset="Quality")
    press(reloaded, "generate")
    wait_for_status(reloaded, "^Queued")
    closed.close()
    wait_for_status(reloaded, "^(Source|Target) (poses|masks): ")
    reloaded.reload()
    reloaded.wait_for_selector("html[data-ready]")
    wait_for_status(reloaded, "^Add a source and a target clip")
    check(reloaded)


def test_a_phone_scrolls_in_one_direction_only(open_page: Any) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    for tab in ("Result", "Preprocess", "Compare", "Run"):
        open_tab(page, tab)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_keyboard_reaches_every_button(page: Any) -> None:
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.ariaLabel"))
    assert {"check", "generate", "Play"} <= reached
