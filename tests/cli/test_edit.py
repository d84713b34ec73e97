"""`edit SOURCE TARGET` writes the edited clip, its frames, the comparison video and run.json."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from motionfollower.models.weights.manifest import EMBEDDED_FOLDER
from preprocess.video.probe import probe
from preprocess.video.read import read_clip
from tests.cli.commands import succeed
from tests.cli.conftest import CommandResult

FRAMES, WIDTH, HEIGHT, FPS = 3, 96, 128, 12.5


@pytest.fixture(scope="module")
def run_json(edited: CommandResult) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((edited.folder / "run.json").read_text())
    return record


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_folder_has_two_videos_the_frames_and_the_record(edited: CommandResult) -> None:
    names = {str(path.relative_to(edited.folder)) for path in edited.folder.rglob("*")}
    frames = {f"frames/frame_{i}.png" for i in range(FRAMES)}
    assert names == {"edited.mp4", "side_by_side.mp4", "frames", "run.json"} | frames
    assert list(edited.folder.parent.iterdir()) == [edited.folder]


def test_the_result_has_the_sources_size_rate_length_and_sound(edited: CommandResult, source: Path) -> None:
    result, original = probe(edited.folder / "edited.mp4"), probe(source)
    assert (result.size, result.fps, result.has_sound) == (original.size, original.fps, True)
    assert len(read_clip(edited.folder / "edited.mp4")) == len(read_clip(source)) == FRAMES
    assert result.duration == pytest.approx(FRAMES / FPS, abs=0.05)


def test_the_result_has_the_source_size_for_any_working_size(source: Path, target: Path, tmp_path: Path) -> None:
    succeed("edit", source, target, "-o", tmp_path, "--size", "64x64", "--frames", "1")
    assert probe(tmp_path / "edited.mp4").size == probe(tmp_path / "frames").size == (WIDTH, HEIGHT)


def test_the_frames_are_a_lossless_copy_of_the_video(edited: CommandResult) -> None:
    frames = read_clip(edited.folder / "frames").frames.astype(int)
    assert frames.shape == (FRAMES, HEIGHT, WIDTH, 3)
    assert np.abs(frames - read_clip(edited.folder / "edited.mp4").frames).mean() < 3


def test_pixels_outside_the_person_are_the_source(edited: CommandResult, prepared: CommandResult, source: Path) -> None:
    frames, original = read_clip(edited.folder / "frames").frames, read_clip(source).frames
    kept = (frames == original).all(axis=-1)
    masks = [
        read_clip(prepared.folder / name).frames.max(axis=-1) > 127 for name in ("source_masks", "predicted_masks")
    ]
    assert 0.3 < kept.mean() < 0.9
    assert kept[:, :, :4].all()
    assert kept[masks[0] | masks[1]].mean() < 0.2


def test_the_comparison_shows_source_target_pose_and_edit(edited: CommandResult) -> None:
    beside = probe(edited.folder / "side_by_side.mp4")
    assert beside.has_sound
    assert beside.size[0] == 3 * WIDTH
    assert beside.size[1] > HEIGHT
    panels = read_clip(edited.folder / "side_by_side.mp4").frames[:, :HEIGHT]
    result = read_clip(edited.folder / "edited.mp4").frames.astype(int)
    assert np.abs(panels[:, :, 2 * WIDTH :] - result).mean() < 4
    assert panels[:, :, WIDTH : 2 * WIDTH].mean() < panels[:, :, :WIDTH].mean() / 2  # poses are drawn on black


def test_the_record_has_the_settings_and_the_seed(run_json: dict[str, Any]) -> None:
    assert run_json["backend"] == "embedded"
    assert run_json["prepare"].items() >= {"align": "bones", "size": [WIDTH, HEIGHT], "frames": None}.items()
    assert run_json["sampler"].items() >= {"seed": 42, "camera": False, "window": 32}.items()
    assert run_json["size"] == [WIDTH, HEIGHT]
    assert (run_json["fps"], run_json["frames"]) == (FPS, FRAMES)


def test_the_record_has_the_sha256_of_clips_and_weights(run_json: dict[str, Any], source: Path, target: Path) -> None:
    for role, clip in (("source", source), ("target", target)):
        assert run_json[role].items() >= {"path": str(clip), "sha256": sha256(clip)}.items()
    weights = {file.name: sha256(file) for file in EMBEDDED_FOLDER.glob("*.safetensors")}
    assert run_json["surroundings"]["weights"] == weights


def test_the_record_has_versions_timings_and_warnings(edited: CommandResult, run_json: dict[str, Any]) -> None:
    assert {"python", "motionfollower", "torch", "mediapipe"} <= run_json["surroundings"]["versions"].keys()
    assert {"source poses", "align", "puppet", "sampling", "decode"} <= run_json["seconds"].keys()
    assert all(seconds >= 0 for seconds in run_json["seconds"].values())
    assert run_json["warnings"] == edited.outcome.notes


def test_the_embedded_model_is_named(edited: CommandResult) -> None:
    assert f"written to {edited.folder}" in edited.outcome.out
    assert "small embedded model" in edited.outcome.out


def test_the_options_are_the_settings_of_the_run(prepared: CommandResult, tmp_path: Path) -> None:
    asked = ["--steps", "2", "--cfg", "2", "--guidance", "0.5", "--regions", "paper", "--seed", "7", "--noise", "0.1"]
    more = ["--strength", "0.5", "--repeats", "1", "--window", "2", "--overlap", "1", "--camera", "on", "--frames", "2"]
    succeed("edit", "--case", prepared.folder, "-o", tmp_path, *asked, *more)
    run = json.loads((tmp_path / "run.json").read_text())
    assert run["sampler"].pop("guidance").items() >= {"scale": 0.5, "regions": "paper"}.items()
    assert run["sampler"] == {
        "steps": 2,
        "cfg_scale": 2,
        "seed": 7,
        "noise_eta": 0.1,
        "strength": 0.5,
        "cfg_span": [0.0, 1.0],
        "reuse": 1,
        "repeats": 1,
        "window": 2,
        "overlap": 1,
        "camera": True,
    }
    assert run["frames"] == 2
    assert run["losses"]


def test_the_frame_rate_can_be_chosen(source: Path, target: Path, tmp_path: Path) -> None:
    succeed("edit", source, target, "-o", tmp_path, "--size", "96x128", "--fps", "6.25")
    result = probe(tmp_path / "edited.mp4")
    assert (result.fps, result.frame_count) == (6.25, 2)


def test_a_folder_of_frames_is_a_clip(prepared: CommandResult, tmp_path: Path) -> None:
    succeed(
        "edit",
        prepared.folder / "source_images",
        prepared.folder / "target_images",
        *("-o", tmp_path, "--size", "96x128", "--frames", "2"),
    )
    result = probe(tmp_path / "edited.mp4")
    assert (result.size, result.fps, result.has_sound) == ((WIDTH, HEIGHT), 8, False)
