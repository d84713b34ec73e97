"""The page in a browser: from two clips to the downloaded edit, with the embedded backend."""

import json
import zipfile
from typing import Any

import pytest

from .steps import generate, press, set_field, take_example, wait_for_status


def times(page: Any) -> list[float]:
    players = "#player-source video, #player-pose video, #player-edited video"
    return page.eval_on_selector_all(players, "videos => videos.map(video => video.currentTime)")


def download(page: Any, name: str) -> Any:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name, exact=True).click()
    return waiting.value.path()


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


def test_an_edit_shows_three_clips_in_step_and_gives_its_files(page: Any) -> None:
    generate(page)
    page.locator("#tiles").get_by_text("of the pixels are the source's own").wait_for()
    assert page.locator("#player-edited").get_by_text("embedded").is_visible()
    with zipfile.ZipFile(download(page, "Frames zip")) as archive:
        assert len(archive.namelist()) == 8
    run = json.loads(download(page, "run.json").read_text())
    assert (run["frames"], run["sampler"]["seed"], run["backend"]) == (8, 42, "embedded")
    assert download(page, "Edited mp4").read_bytes()[4:8] == b"ftyp"
    assert download(page, "gif").read_bytes()[:4] == b"GIF8"
    page.wait_for_function("[...document.querySelectorAll('#player-edited video')].some(video => video.readyState > 1)")
    page.get_by_role("button", name="One frame on").click()
    page.get_by_role("button", name="One frame on").click()
    page.wait_for_timeout(500)
    assert times(page) == pytest.approx([times(page)[0]] * 3, abs=0.5 / 8)
    assert times(page)[0] == pytest.approx(2.5 / 8, abs=0.5 / 8)


def test_stop_ends_the_run_and_frees_the_page(page: Any) -> None:
    take_example(page, preset="Quality")
    press(page, "generate")
    wait_for_status(page, "^(Source|Target) (poses|masks): ")
    press(page, "stop")
    wait_for_status(page, r"^Stopped at .* Nothing was saved\.")
    page.locator("#generate:not([disabled])").wait_for()


def test_the_ghost_follows_the_sliders(page: Any) -> None:
    take_example(page)
    press(page, "check")
    wait_for_status(page, r"^Checked\.")
    page.locator("#preflight").get_by_text("of 8 frames are fine").wait_for()
    before = page.locator("#ghost img").get_attribute("src")
    set_field(page, "ghost-scale", 1.3)
    page.wait_for_function("before => document.querySelector('#ghost img').src !== before", arg=before)


def test_a_changed_clip_clears_what_came_from_the_old_one(page: Any) -> None:
    take_example(page)
    press(page, "check")
    wait_for_status(page, r"^Checked\.")
    page.locator("#clip-source").get_by_role("button", name="Clear").click()
    wait_for_status(page, "^Add a source clip")
    page.locator("#preflight").get_by_text("Press Check poses").wait_for()


def test_two_users_each_get_their_own_end(open_page: Any) -> None:
    first, second = open_page(), open_page()
    take_example(first, preset="Quality")
    press(first, "generate")
    wait_for_status(first, "^(Source|Target) (poses|masks): ")
    take_example(second)
    press(second, "generate")  # waits for its turn
    press(first, "stop")
    wait_for_status(first, "^Stopped")
    wait_for_status(second, r"^Done\.")
    assert first.locator("#tiles").inner_text() == ""


def test_a_phone_scrolls_in_one_direction_only(open_page: Any) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
