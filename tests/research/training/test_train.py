"""Runs: training, checkpoints, export, and exact resumption."""

import json
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from motionfollower.core.errors import InputError, OutputError, TrainingError, WeightsError
from motionfollower.core.events import Cancelled
from motionfollower.models.weights.load import load_networks
from motionfollower.research.training.config import TrainConfig
from motionfollower.research.training.data.dataset import ClipSet
from motionfollower.research.training.train import EXPORT_DIR, TrainJob, train
from tests.full_disk import disk_with_room_for
from tests.research.training.tiny import MODEL_CONFIG, with_motion, write_set

CONFIG = TrainConfig(steps=4, batch=2, frames=3, rate=1e-3, warmup=1, timesteps=(999, 499), trains_image_encoder=True)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> ClipSet:
    return ClipSet.open(write_set(tmp_path_factory.mktemp("clips") / "set", 4), held_out=2)


def make_job(clips: ClipSet, config: TrainConfig = CONFIG, init: str | None = None) -> TrainJob:
    return TrainJob(MODEL_CONFIG, init, clips, config, validate_every=4, save_every=2)


def steps_of(folder: Path, job: TrainJob) -> list[int]:
    """Train; the steps that are reported."""
    steps = list[int]()
    train(folder, job, steps.append)
    return steps


def weights(folder: Path) -> dict[str, Tensor]:
    state: dict[str, Tensor] = torch.load(folder / "state.pt", weights_only=True)["learner"]
    return state


def test_whole_people_are_held_out(clips: ClipSet) -> None:
    assert [path.name for path in clips.held_out] == ["002-000.npy", "003-000.npy"]
    assert len(clips.training) == 2


def test_an_interrupted_run_resumes_bit_for_bit(clips: ClipSet, tmp_path: Path) -> None:
    train(tmp_path / "whole", make_job(clips))

    def interrupt(step: int) -> None:
        if step == 3:  # one step beyond the last checkpoint
            raise Cancelled

    with pytest.raises(Cancelled):
        train(tmp_path / "parts", make_job(clips), interrupt)
    assert steps_of(tmp_path / "parts", make_job(clips)) == [3, 4]
    whole, parts = weights(tmp_path / "whole"), weights(tmp_path / "parts")
    assert all(torch.equal(whole[key], parts[key]) for key in whole)


def test_the_loss_falls(clips: ClipSet, tmp_path: Path) -> None:
    config = replace(CONFIG, steps=60, rate=3e-3, timesteps=(999,), colour=0.0, repeat_share=0.0, ema=0.5)
    train(tmp_path / "run", replace(make_job(clips, config), validate_every=20))
    header, *rows = (line.split(",") for line in (tmp_path / "run/log.csv").read_text().splitlines())
    losses = [float(row[header.index("loss")]) for row in rows]
    assert len(losses) == 3
    assert losses[-1] < 0.7 * losses[0]
    assert {"log.csv", "curves.png", "sheet-0000060.jpg"} <= {path.name for path in (tmp_path / "run").iterdir()}


def test_the_exported_model_has_the_ema_weights(clips: ClipSet, tmp_path: Path) -> None:
    train(tmp_path / "run", make_job(clips))
    ema = torch.load(tmp_path / "run/state.pt", weights_only=True)["mean"]
    exported = load_networks(tmp_path / "run" / EXPORT_DIR)
    for key, tensor in exported.unet.state_dict().items():
        assert torch.equal(tensor, ema[f"module.unet.{key}"].half().float())
    assert json.loads((tmp_path / "run" / EXPORT_DIR / "config.json").read_text())["train_steps"] == 4


def test_stage_clips_trains_the_motion_modules_alone(clips: ClipSet, tmp_path: Path) -> None:
    train(tmp_path / "images", make_job(clips))
    config = replace(CONFIG, stage="clips", single_share=0.5, steps=3)
    second_stage = make_job(clips, config, init=str(tmp_path / "images" / EXPORT_DIR))
    train(tmp_path / "clips", replace(second_stage, model_config=with_motion(MODEL_CONFIG)))
    images = load_networks(tmp_path / "images" / EXPORT_DIR).unet.state_dict()
    after = load_networks(tmp_path / "clips" / EXPORT_DIR).unet.state_dict()
    assert all(torch.equal(images[key], after[key]) for key in images)
    added = {key: tensor for key, tensor in after.items() if key not in images}
    assert added
    assert all("motion_modules" in key for key in added)
    assert any(tensor.abs().max() > 0 for key, tensor in added.items() if "proj_out" in key)


def test_stage_clips_needs_motion_modules(clips: ClipSet, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="motion modules"):
        train(tmp_path / "run", make_job(clips, replace(CONFIG, stage="clips")))


def test_a_loss_that_is_not_finite_stops_the_run_and_keeps_the_checkpoint(clips: ClipSet, tmp_path: Path) -> None:
    train(tmp_path / "run", make_job(clips))
    state = torch.load(tmp_path / "run/state.pt", weights_only=True)
    kept = {key: tensor.clone() for key, tensor in state["learner"].items()}
    state["learner"]["unet.conv_out.bias"][0] = float("nan")
    torch.save(state, tmp_path / "run/state.pt")
    with pytest.raises(TrainingError, match=r"step 4 is not a finite number.*\.npy"):
        train(tmp_path / "run", make_job(clips, replace(CONFIG, steps=8)))
    exported = load_networks(tmp_path / "run" / EXPORT_DIR).unet.state_dict()
    assert all(torch.isfinite(tensor).all() for tensor in exported.values())
    assert kept.keys() == weights(tmp_path / "run").keys()


def test_another_recipe_needs_another_folder(clips: ClipSet, tmp_path: Path) -> None:
    train(tmp_path / "run", make_job(clips))
    with pytest.raises(InputError, match="another recipe"):
        train(tmp_path / "run", make_job(clips, replace(CONFIG, rate=1e-4)))
    assert steps_of(tmp_path / "run", make_job(clips, replace(CONFIG, steps=5))) == [5]


def test_a_damaged_checkpoint_is_named(clips: ClipSet, tmp_path: Path) -> None:
    train(tmp_path / "run", make_job(clips))
    state = tmp_path / "run/state.pt"
    state.write_bytes(state.read_bytes()[:1000])
    with pytest.raises(WeightsError, match=r"state\.pt"):
        train(tmp_path / "run", make_job(clips))


def test_the_initial_weights_of_another_model_are_refused(clips: ClipSet, tmp_path: Path) -> None:
    train(tmp_path / "run", make_job(clips))
    wider = {**MODEL_CONFIG, "unet": {**MODEL_CONFIG["unet"], "cross_attention_dim": 8}}
    with pytest.raises(WeightsError, match="doesn't fit the model config"):
        train(tmp_path / "new", replace(make_job(clips, init=str(tmp_path / "run" / EXPORT_DIR)), model_config=wider))


def test_an_output_that_is_a_file_is_refused(clips: ClipSet, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError):
        train(tmp_path / "file", make_job(clips))
    assert (tmp_path / "file").read_text() == "mine"


def test_too_few_sources_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2 sources"):
        ClipSet.open(write_set(tmp_path / "set", 2), held_out=2)


def test_a_full_disk_keeps_the_last_checkpoint(clips: ClipSet, tmp_path: Path) -> None:
    disk = ExitStack()

    def fill_disk(step: int) -> None:
        if step == 2:  # with a checkpoint
            disk.enter_context(disk_with_room_for(1000))

    with disk, pytest.raises(OutputError, match=r"state.pt can't be written, .*Make room"):
        train(tmp_path / "run", make_job(clips), fill_disk)
    assert steps_of(tmp_path / "run", make_job(clips)) == [3, 4]
