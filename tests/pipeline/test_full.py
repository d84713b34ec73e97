"""The full backend: from weights in the released layout to an edited video, by the command line."""

import shutil
from pathlib import Path

import pytest
import torch

from motionfollower.cli.main import main
from motionfollower.core.errors import WeightsError
from motionfollower.io.run_record import load_run_record
from motionfollower.models.config import NetworksConfig
from motionfollower.models.weights.manifest import FOLDER_VARIABLE
from motionfollower.models.weights.released_config import released_config
from motionfollower.pipeline.backends import load_backend
from preprocess.pose.dwpose import DWPoseEstimator
from preprocess.video.probe import probe
from tests.models.weights.full_set import FULL_CLIP, FULL_UNET, FULL_VAE, write_configs, write_set
from tests.preprocess.pose.onnx_nets import write_detector, write_pose_network

ROOT = Path(__file__).parents[2]
CLIPS = str(ROOT / "examples" / "source-mia-room.mp4"), str(ROOT / "examples" / "target-leo-dance-b.mp4")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("released") / "weights"
    write_set(root)
    return root


@pytest.fixture
def weights(released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the released set that a test may damage."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "weights"))
    return shutil.copytree(released, tmp_path / "weights")


def test_the_released_configs_are_those_of_the_full_model(tmp_path: Path):
    write_configs(tmp_path, FULL_UNET, FULL_CLIP, FULL_VAE)
    assert released_config(tmp_path) == NetworksConfig()


def test_two_clips_become_an_edited_video(weights: Path, tmp_path: Path):
    """With camera mode, so that every part of the method is used."""
    options = ("--frames", "3", "--size", "128x64", "--steps", "5", "--camera", "on", "--backend", "full")
    assert main(["edit", *CLIPS, "-o", str(tmp_path / "edit"), *options]) == 0
    assert probe(tmp_path / "edit" / "edited.mp4").size == probe(Path(CLIPS[0])).size
    run = load_run_record(tmp_path / "edit" / "run.json")
    assert (run.backend, run.frames, run.sampler.camera) == ("full", 3, True)
    assert {
        "denoising_unet.pth",
        "motion_module.pth",
        "poctr.pth",
        "pytorch_model.bin",
    } < run.surroundings.weights.keys()
    assert all(torch.isfinite(torch.tensor([losses.foreground, losses.background])).all() for losses in run.losses)
    assert run.losses


def test_trained_weights_replace_those_of_the_base_model(weights: Path, released: Path):
    backend = load_backend("full")
    trained = torch.load(released / "motionfollower" / "denoising_unet.pth", weights_only=True)
    for key, tensor in backend.networks.unet.state_dict().items():
        assert torch.equal(tensor, trained[key]), key


def test_weights_that_changed_since_their_first_use_are_refused(weights: Path):
    load_backend("full")
    path = weights / "motionfollower" / "poctr.pth"
    torch.save({key: value + 1 for key, value in torch.load(path, weights_only=True).items()}, path)
    with pytest.raises(WeightsError, match=r"poctr\.pth does(?:n't| not) match its checksum"):
        load_backend("full")


def test_dwpose_is_used_where_its_weights_are_present(weights: Path):
    assert not isinstance(load_backend("full").preprocessors.poses, DWPoseEstimator)
    (weights / "dwpose").mkdir()
    write_detector(weights / "dwpose" / "yolox_l.onnx")
    write_pose_network(weights / "dwpose" / "dw-ll_ucoco_384.onnx")
    backend = load_backend("full")
    assert isinstance(backend.preprocessors.poses, DWPoseEstimator)
    assert weights / "dwpose" / "yolox_l.onnx" in backend.weights


def test_missing_weights_are_named_and_the_embedded_model_still_works(
    weights: Path, capsys: pytest.CaptureFixture[str]
):
    (weights / "motionfollower" / "motion_module.pth").unlink()
    assert main(["edit", *CLIPS, "-o", str(weights / "edit"), "--backend", "full"]) == 2
    errors = capsys.readouterr().err
    assert "weights fetch" in errors
    assert "Get motion_module.safetensors or motion_module.pth from https://drive.google.com/" in errors
    assert f"into {weights / 'motionfollower'}" in errors
    assert load_backend("embedded").name == "embedded"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"block_out_channels": 3}'])
def test_invalid_configs_are_refused(weights: Path, text: str):
    (weights / "sd-image-variations" / "unet" / "config.json").write_text(text)
    with pytest.raises(WeightsError):
        load_backend("full")
