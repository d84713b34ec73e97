"""What a finished edit shows and gives, in a browser."""

import json
import subprocess
import zipfile
from typing import Any

import imageio_ffmpeg
import pytest

from .conftest import Server
from .steps import (
    FRAMES,
    PRESET_FRAMES,
    download,
    open_tab,
    picture,
    press,
    set_field,
    wait_for_other_picture,
    wait_for_status,
)
from .test_server import status

PLAYERS = "#player-source video, #player-pose video, #player-edited video"


def times(page: Any) -> list[float]:
    return page.eval_on_selector_all(PLAYERS, "videos => videos.map(video => video.currentTime)")


def open_at_home(finished: Any, open_page: Any, folder: Any) -> Any:
    """Another page, with what the finished one gave to take home."""
    open_tab(finished, "Result")
    bundle = folder / "home.zip"
    bundle.write_bytes(download(finished, "Take-home zip").read_bytes())
    page = open_page()
    open_tab(page, "Run")
    page.locator("#open-run input[type=file]").set_input_files(bundle)
    wait_for_status(page, "^Opened")
    return page


def test_its_measures_and_losses_are_shown(finished: Any) -> None:
    open_tab(finished, "Result")
    for words in ("of the pixels are the source's own", "pose match", "flicker", "seed · 2 steps"):
        finished.locator("#tiles").get_by_text(words).wait_for()
    assert finished.locator("#losses polyline").count() == 2
    assert finished.locator("#player-edited").get_by_text("embedded").is_visible()


def test_it_gives_its_files(finished: Any) -> None:
    open_tab(finished, "Result")
    with zipfile.ZipFile(download(finished, "Frames zip")) as archive:
        assert len(archive.namelist()) == FRAMES
    run = json.loads(download(finished, "run.json").read_text())
    assert (run["frames"], run["sampler"]["seed"], run["backend"]) == (FRAMES, 42, "embedded")
    assert download(finished, "gif").read_bytes()[:4] == b"GIF8"
    edited = download(finished, "Edited mp4")
    about = subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-i", edited], capture_output=True, text=True, check=False)
    assert "Video: h264" in about.stderr
    assert "Audio: aac" in about.stderr


def test_three_players_keep_within_a_frame(finished: Any) -> None:
    open_tab(finished, "Result")
    ready = "selector => [...document.querySelectorAll(selector)].filter(video => video.readyState > 1).length === 3"
    finished.wait_for_function(ready, arg=PLAYERS)
    finished.get_by_role("button", name="Play", exact=True).click()
    finished.wait_for_timeout(400)
    apart = []
    for _ in range(10):
        finished.wait_for_timeout(60)
        apart.append(max(times(finished)) - min(times(finished)))
    finished.get_by_role("button", name="Pause", exact=True).click()
    assert sorted(apart)[len(apart) // 2] < 1 / 8  # the middle one: all three begin anew at the end of the clip
    finished.get_by_label("Place in the clips").fill("0")
    finished.get_by_role("button", name="One frame on").click()
    finished.wait_for_timeout(500)
    assert times(finished) == pytest.approx([1.5 / 8] * 3, abs=0.5 / 8)


def test_other_tabs_are_filled(finished: Any) -> None:
    open_tab(finished, "Preprocess")
    finished.locator("#poses-source video, #poses-target video, #masks video").nth(2).wait_for()
    open_tab(finished, "Compare")
    before = picture(finished, "compare")
    set_field(finished, "compare-frame", 0)
    wait_for_other_picture(finished, "compare", before)
    open_tab(finished, "Run")
    finished.locator("#run-json").get_by_text('"source-mia-room.mp4"').wait_for()


def test_a_take_home_zip_brings_everything_back(finished: Any, open_page: Any, tmp_path: Any) -> None:
    page = open_at_home(finished, open_page, tmp_path)
    page.locator("#player-edited video").wait_for()
    page.locator("#clip-target video").wait_for()
    page.locator("#tiles").get_by_text("seed · 2 steps").wait_for()
    open_tab(page, "Preprocess")
    page.locator("#preflight").get_by_text(f"of {FRAMES} frames are fine").wait_for()
    assert page.locator("#guidance input[type=number]").input_value() == "1"


def test_some_frames_are_made_anew(finished: Any, open_page: Any, tmp_path: Any) -> None:
    page = open_at_home(finished, open_page, tmp_path)
    page.get_by_role("button", name="Redo some frames").click()
    for name, frame in (("redo-first", 1), ("redo-last", 3)):
        set_field(page, name, frame)
    page.locator("#redo-go").click()
    wait_for_status(page, r"^Done\.")
    run = json.loads(download(page, "run.json").read_text())
    assert (run["redo"]["first"], run["redo"]["last"], run["sampler"]["seed"]) == (1, 3, 43)


def test_a_draft_is_finished_with_its_seed(finished: Any, open_page: Any, tmp_path: Any) -> None:
    page = open_at_home(finished, open_page, tmp_path)
    press(page, "finish")
    page.locator("#stop:not([disabled])").wait_for()
    open_tab(page, "Advanced")
    assert page.locator("#frames input[type=number]").input_value() == PRESET_FRAMES["Quality"]
    open_tab(page, "Basic")
    assert page.locator("#seed input").input_value() == "42"
    press(page, "stop")
    wait_for_status(page, "^Stopped")


def test_a_run_is_nobody_elses(finished: Any, server: Server) -> None:
    kept = list(server.folder.glob("motionfollower-*/result/run.json"))
    assert kept
    assert {status(f"{server.url}/gradio_api/file={file}") for file in kept} == {403}
