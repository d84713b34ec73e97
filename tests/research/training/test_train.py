"""Runs: what is learned, what is kept, and how they go on."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from motionfollower.core.errors import InputError, OutputError, TrainingError, WeightsError
from motionfollower.models.weights.load import load_networks
from motionfollower.research.training.config import TrainConfig
from motionfollower.research.training.data.dataset import ClipSet
from motionfollower.research.training.train import EXPORT, TrainJob, train
from preprocess.progress import run_to_end
from tests.full_disk import disk_with_room_for
from tests.research.training.tiny import PLAN, with_motion, write_set

RECIPE = TrainConfig(steps=4, batch=2, frames=3, rate=1e-3, warmup=1, timesteps=(999, 499), trains_image_encoder=True)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> ClipSet:
    return ClipSet.open(write_set(tmp_path_factory.mktemp("clips") / "set", 4), held_out=2)


def order(clips: ClipSet, recipe: TrainConfig = RECIPE, init: str | None = None) -> TrainJob:
    return TrainJob(PLAN, init, clips, recipe, check_every=4, save_every=2)


def weights(folder: Path) -> dict[str, Tensor]:
    state: dict[str, Tensor] = torch.load(folder / "state.pt", weights_only=True)["learner"]
    return state


def test_whole_people_are_held_out(clips: ClipSet) -> None:
    assert [path.name for path in clips.held_out] == ["002-000.npy", "003-000.npy"]
    assert len(clips.training) == 2


def test_a_run_that_was_interrupted_goes_on_bit_for_bit(clips: ClipSet, tmp_path: Path) -> None:
    run_to_end(train(tmp_path / "whole", order(clips)))
    interrupted = train(tmp_path / "parts", order(clips))
    for _ in range(3):  # one step beyond the last saved state
        next(interrupted)
    interrupted.close()
    assert list(train(tmp_path / "parts", order(clips))) == [3, 4]
    whole, parts = weights(tmp_path / "whole"), weights(tmp_path / "parts")
    assert all(torch.equal(whole[key], parts[key]) for key in whole)


def test_the_loss_falls(clips: ClipSet, tmp_path: Path) -> None:
    recipe = replace(RECIPE, steps=60, rate=3e-3, timesteps=(999,), colour=0.0, repeat_share=0.0, ema=0.5)
    run_to_end(train(tmp_path / "run", replace(order(clips, recipe), check_every=20)))
    header, *rows = (line.split(",") for line in (tmp_path / "run/log.csv").read_text().splitlines())
    losses = [float(row[header.index("loss")]) for row in rows]
    assert len(losses) == 3
    assert losses[-1] < 0.7 * losses[0]
    assert {"log.csv", "curves.png", "sheet-0000060.jpg"} <= {path.name for path in (tmp_path / "run").iterdir()}


def test_the_exported_model_is_the_running_mean(clips: ClipSet, tmp_path: Path) -> None:
    run_to_end(train(tmp_path / "run", order(clips)))
    mean = torch.load(tmp_path / "run/state.pt", weights_only=True)["mean"]
    exported = load_networks(tmp_path / "run" / EXPORT)
    for key, tensor in exported.unet.state_dict().items():
        assert torch.equal(tensor, mean[f"module.unet.{key}"].half().float())
    assert json.loads((tmp_path / "run" / EXPORT / "config.json").read_text())["train_steps"] == 4


def test_clips_train_the_motion_modules_alone(clips: ClipSet, tmp_path: Path) -> None:
    run_to_end(train(tmp_path / "images", order(clips)))
    recipe = replace(RECIPE, stage="clips", single_share=0.5, steps=3)
    run_to_end(
        train(
            tmp_path / "clips", replace(order(clips, recipe, str(tmp_path / "images" / EXPORT)), plan=with_motion(PLAN))
        )
    )
    images = load_networks(tmp_path / "images" / EXPORT).unet.state_dict()
    after = load_networks(tmp_path / "clips" / EXPORT).unet.state_dict()
    assert all(torch.equal(images[key], after[key]) for key in images)
    fresh = {key: tensor for key, tensor in after.items() if key not in images}
    assert fresh
    assert all("motion_modules" in key for key in fresh)
    assert any(tensor.abs().max() > 0 for key, tensor in fresh.items() if "proj_out" in key)


def test_there_must_be_motion_modules_to_train(clips: ClipSet, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="motion modules"):
        run_to_end(train(tmp_path / "run", order(clips, replace(RECIPE, stage="clips"))))


def test_a_loss_that_is_no_number_stops_and_keeps_the_last_state(clips: ClipSet, tmp_path: Path) -> None:
    run_to_end(train(tmp_path / "run", order(clips)))
    state = torch.load(tmp_path / "run/state.pt", weights_only=True)
    kept = {key: tensor.clone() for key, tensor in state["learner"].items()}
    state["learner"]["unet.conv_out.bias"][0] = float("nan")
    torch.save(state, tmp_path / "run/state.pt")
    with pytest.raises(TrainingError, match=r"step 4 is not a finite number.*\.npy"):
        run_to_end(train(tmp_path / "run", order(clips, replace(RECIPE, steps=8))))
    exported = load_networks(tmp_path / "run" / EXPORT).unet.state_dict()
    assert all(torch.isfinite(tensor).all() for tensor in exported.values())
    assert kept.keys() == weights(tmp_path / "run").keys()


def test_another_recipe_needs_another_folder(clips: ClipSet, tmp_path: Path) -> None:
    run_to_end(train(tmp_path / "run", order(clips)))
    with pytest.raises(InputError, match="another recipe"):
        run_to_end(train(tmp_path / "run", order(clips, replace(RECIPE, rate=1e-4))))
    assert list(train(tmp_path / "run", order(clips, replace(RECIPE, steps=5)))) == [5]


def test_a_damaged_state_is_named(clips: ClipSet, tmp_path: Path) -> None:
    run_to_end(train(tmp_path / "run", order(clips)))
    state = tmp_path / "run/state.pt"
    state.write_bytes(state.read_bytes()[:1000])
    with pytest.raises(WeightsError, match=r"state\.pt"):
        run_to_end(train(tmp_path / "run", order(clips)))


def test_another_models_checkpoint_is_no_beginning(clips: ClipSet, tmp_path: Path) -> None:
    run_to_end(train(tmp_path / "run", order(clips)))
    wider = {**PLAN, "unet": {**PLAN["unet"], "cross_attention_dim": 8}}
    with pytest.raises(WeightsError, match="doesn't fit the configuration"):
        run_to_end(train(tmp_path / "new", replace(order(clips, init=str(tmp_path / "run" / EXPORT)), plan=wider)))


def test_a_place_that_is_a_file_is_refused(clips: ClipSet, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError):
        run_to_end(train(tmp_path / "file", order(clips)))
    assert (tmp_path / "file").read_text() == "mine"


def test_too_few_people_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2 people"):
        ClipSet.open(write_set(tmp_path / "set", 2), held_out=2)


def test_a_full_disk_leaves_the_last_state(clips: ClipSet, tmp_path: Path) -> None:
    run = train(tmp_path / "run", order(clips))
    next(run), next(run)  # saved at step 2
    with disk_with_room_for(1000), pytest.raises(OutputError, match=r"state.pt can't be written, .*Make room"):
        run_to_end(run)
    assert list(train(tmp_path / "run", order(clips))) == [3, 4]
