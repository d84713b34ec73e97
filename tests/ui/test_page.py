"""The page in a browser: what is said when, Stop, the workbench, several users, and small screens."""

from typing import Any

from .steps import (
    check,
    make_small,
    open_tab,
    picture,
    press,
    set_field,
    take_example,
    wait_for_other_picture,
    wait_for_status,
)


def start_long(page: Any) -> None:
    """An edit that is still at work when the test has done all else."""
    take_example(page, preset="Quality")
    press(page, "generate")
    wait_for_status(page, "^(Source|Target) (poses|masks): ")


def test_a_missing_clip_is_named_at_its_place(page: Any) -> None:
    press(page, "generate")
    page.locator("#clip-source").get_by_text("Add a source clip first.").wait_for()
    page.locator("#clip-target").get_by_text("Add a target clip first.").wait_for()
    assert page.locator("#generate").is_enabled()


def test_a_file_that_is_no_video_is_refused_in_words(page: Any, tmp_path: Any) -> None:
    file = tmp_path / "holiday.mp4"
    file.write_bytes(b"this is no video" * 64)
    page.locator("#clip-source input[type=file]").set_input_files(file)
    page.get_by_text("Video not playable").or_(page.locator("#clip-source video")).first.wait_for()
    press(page, "generate")
    page.get_by_text("This source clip can't be read as a video. Try an H.264 mp4.").first.wait_for()


def test_stop_ends_the_run_and_frees_the_page(page: Any) -> None:
    start_long(page)
    press(page, "stop")
    wait_for_status(page, r"^Stopped at .* Nothing was saved\.")
    page.locator("#generate:not([disabled])").wait_for()


def test_the_workbench_moves_the_dance_and_mends_the_mask(page: Any) -> None:
    check(page)
    ghost, masks = picture(page, "ghost"), page.locator("#masks video").get_attribute("src")
    set_field(page, "ghost-x", 60)
    wait_for_other_picture(page, "ghost", ghost)
    page.wait_for_function("before => document.querySelector('#masks video').src !== before", arg=masks)
    open_tab(page, "Fix the mask")
    mask, masks = picture(page, "mask-picture"), page.locator("#masks video").get_attribute("src")
    page.locator("#mask-picture img").click(position={"x": 30, "y": 30})
    page.locator("#click-count").get_by_text("1 click in frame 4").wait_for()
    wait_for_other_picture(page, "mask-picture", mask)
    page.wait_for_function("before => document.querySelector('#masks video').src !== before", arg=masks)
    press(page, "click-undo")
    page.locator("#click-count").get_by_text("0 clicks").wait_for()
    open_tab(page, "Choose the person")
    page.locator("#person-source img").click()
    page.locator("#chosen").get_by_text("Source: the person at 50%, 50% of frame 4").wait_for()


def test_a_changed_clip_clears_what_came_from_the_old_one(page: Any) -> None:
    check(page)
    page.locator("#clip-source").get_by_role("button", name="Clear").click()
    wait_for_status(page, "^Add a source clip")
    page.locator("#preflight").get_by_text("Press Check poses").wait_for()


def test_users_wait_for_their_turn_and_get_their_own_end(open_page: Any) -> None:
    first, second, third = open_page(), open_page(), open_page()
    start_long(first)
    for page in (second, third):
        take_example(page)
        make_small(page)
        press(page, "generate")
        page.locator("#stop:not([disabled])").wait_for()
    wait_for_status(third, "^Waiting for your turn: 2 edits are before yours")
    press(third, "stop")
    wait_for_status(third, r"^Stopped before your turn came\.")
    wait_for_status(second, "^Waiting for your turn: 1 edit is before yours")
    press(first, "stop")
    wait_for_status(first, "^Stopped at")
    wait_for_status(second, r"^Done\.")
    assert first.locator("#player-edited video").count() == 0


def test_a_closed_and_a_reloaded_page_free_the_machine(open_page: Any) -> None:
    closed, reloaded = open_page(), open_page()
    start_long(closed)
    take_example(reloaded, preset="Quality")
    press(reloaded, "generate")
    wait_for_status(reloaded, "^Waiting for your turn")
    closed.close()
    wait_for_status(reloaded, "^(Source|Target) (poses|masks): ")
    reloaded.reload()
    reloaded.wait_for_selector("html[data-ready]")
    wait_for_status(reloaded, "^Add a source clip")
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
