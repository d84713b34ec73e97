"""The result of an edit, in a browser: metrics, downloads, players, bundles, follow-up edits."""

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
    image_source,
    open_tab,
    press,
    set_field,
    wait_for_other_image,
    wait_for_status,
)
from .test_server import status

pytestmark = pytest.mark.browser

PLAYERS = "#player-source video, #player-pose video, #player-edited video"


def times(page: Any) -> list[float]:
    return page.eval_on_selector_all(PLAYERS, "videos => videos.map(video => video.currentTime)")


def open_bundle(finished: Any, open_page: Any, folder: Any) -> Any:
    """Another page, with the bundle of the finished one opened."""
    open_tab(finished, "Result")
    bundle = folder / "bundle.zip"
    bundle.write_bytes(download(finished, "Bundle (.zip)").read_bytes())
    page = open_page()
    open_tab(page, "Run")
    page.locator("#open-run input[type=file]").set_input_files(bundle)
    wait_for_status(page, "^Bundle opened")
    return page


def test_metrics_and_losses_are_shown(finished: Any) -> None:
    open_tab(finished, "Result")
    for text in ("background pixels kept", "pose match", "flicker", "seed · 2 steps"):
        finished.locator("#tiles").get_by_text(text).wait_for()
    assert finished.locator("#losses polyline").count() == 2
    assert finished.locator("#player-edited").get_by_text("embedded").is_visible()


def test_files_can_be_downloaded(finished: Any) -> None:
    open_tab(finished, "Result")
    with zipfile.ZipFile(download(finished, "Frames (.zip)")) as archive:
        assert len(archive.namelist()) == FRAMES
    run = json.loads(download(finished, "run.json").read_text())
    assert (run["frames"], run["sampler"]["seed"], run["backend"]) == (FRAMES, 42, "embedded")
    assert download(finished, "GIF").read_bytes()[:4] == b"GIF8"
    edited = download(finished, "Video")
    probe = subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-i", edited], capture_output=True, text=True, check=False)
    assert "Video: h264" in probe.stderr
    assert "Audio: aac" in probe.stderr


def test_three_players_stay_within_a_frame(finished: Any) -> None:
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
    assert sorted(apart)[len(apart) // 2] < 1 / 8  # the median: all three restart at the end of the clip
    finished.get_by_label("Playback position").fill("0")
    finished.get_by_role("button", name="Next frame").click()
    finished.wait_for_function(
        """([selector, seconds, tolerance]) => [...document.querySelectorAll(selector)].every(
            video => Math.abs(video.currentTime - seconds) <= tolerance)""",
        arg=[PLAYERS, 1.5 / 8, 0.5 / 8],
    )


def test_the_other_tabs_show_the_result(finished: Any) -> None:
    open_tab(finished, "Preprocess")
    finished.locator("#poses-source video, #poses-target video, #masks video").nth(2).wait_for()
    open_tab(finished, "Compare")
    before = image_source(finished, "compare")
    set_field(finished, "compare-frame", 0)
    wait_for_other_image(finished, "compare", before)
    open_tab(finished, "Run")
    finished.locator("#run-json").get_by_text('"source-mia-room.mp4"').wait_for()


def test_a_bundle_restores_everything(finished: Any, open_page: Any, tmp_path: Any) -> None:
    page = open_bundle(finished, open_page, tmp_path)
    page.locator("#player-edited video").wait_for()
    page.locator("#clip-target video").wait_for()
    page.locator("#tiles").get_by_text("seed · 2 steps").wait_for()
    open_tab(page, "Preprocess")
    page.locator("#preflight").get_by_text(f"of {FRAMES} frames without issues").wait_for()
    assert page.locator("#guidance input[type=number]").input_value() == "1"


def test_some_frames_are_regenerated(finished: Any, open_page: Any, tmp_path: Any) -> None:
    page = open_bundle(finished, open_page, tmp_path)
    page.get_by_role("button", name="Regenerate frames").click()
    for name, frame in (("redo-first", 1), ("redo-last", 3)):
        set_field(page, name, frame)
    page.locator("#redo-go").click()
    wait_for_status(page, r"^Done\.")
    run = json.loads(download(page, "run.json").read_text())
    assert (run["redo"]["first"], run["redo"]["last"], run["sampler"]["seed"]) == (1, 3, 43)


def test_a_draft_is_rerun_with_its_seed(finished: Any, open_page: Any, tmp_path: Any) -> None:
    page = open_bundle(finished, open_page, tmp_path)
    press(page, "rerun")
    page.locator("#stop:not([disabled])").wait_for()
    open_tab(page, "Advanced")
    assert page.locator("#frames input[type=number]").input_value() == PRESET_FRAMES["Quality"]
    open_tab(page, "Basic")
    assert page.locator("#seed input").input_value() == "42"
    press(page, "stop")
    wait_for_status(page, "^Stopped")


def test_the_files_of_a_session_are_private(finished: Any, server: Server) -> None:
    files = list(server.folder.glob("motionfollower-*/result/run.json"))
    assert files
    assert {status(f"{server.url}/gradio_api/file={file}") for file in files} == {403}
