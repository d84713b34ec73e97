"""The commands `train clips` and `train run`, also on the released checkpoints."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from motionfollower.cli.main import BAD_INPUT, main
from motionfollower.models.weights.load import load_networks
from motionfollower.models.weights.manifest import FOLDER_VARIABLE
from motionfollower.research.training.config import TrainConfig
from tests.models.weights.full_set import write_set as write_full_set
from tests.research.training import tiny
from tests.research.training.test_dataset import write_shard

CONFIG = TrainConfig(steps=2, batch=2, frames=3, rate=1e-3, warmup=1, timesteps=(999,))


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "recipe.json"
    path.write_text(CONFIG.to_json())
    return path


def test_shards_become_a_model(tmp_path: Path, recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "shards").mkdir()
    for seed in (1, 2, 3):
        write_shard(tmp_path / f"shards/{seed:06d}.npz")
    config = tmp_path / "config.json"
    config.write_text(json.dumps(tiny.MODEL_CONFIG))
    clips, run = str(tmp_path / "clips"), str(tmp_path / "run")
    assert main(["train", "clips", str(tmp_path / "shards"), "-o", clips, "--size", "48", "--jobs", "1"]) == 0
    options = ["--recipe", str(recipe), "--config", str(config), "--held-out", "1"]
    assert main(["train", "run", clips, "-o", run, *options]) == 0
    assert "log.csv" in capsys.readouterr().out
    assert load_networks(tmp_path / "run/model").config.prediction_type == "sample"


def test_the_released_checkpoints_are_fine_tuned(tmp_path: Path, recipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    released = write_full_set(tmp_path / "weights")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "weights"))
    (tmp_path / "shards").mkdir()
    for seed in (1, 2):
        write_shard(tmp_path / f"shards/{seed:06d}.npz")
    clips, run = str(tmp_path / "clips"), str(tmp_path / "run")
    make_clips = ["train", "clips", str(tmp_path / "shards"), "-o", clips, "--size", "72", "--no-puppet", "--jobs", "1"]
    assert main(make_clips) == 0
    options = ["--recipe", str(recipe), "--init", "full", "--held-out", "1", "--steps", "1"]
    assert main(["train", "run", clips, "-o", run, *options]) == 0
    trained = load_networks(tmp_path / "run/model")
    before, after = released.unet.state_dict(), trained.unet.state_dict()
    assert before.keys() == after.keys()
    moved = {key for key in before if not torch.equal(before[key].half().float(), after[key])}
    assert moved
    assert not any("motion_modules" in key for key in moved)


@pytest.mark.slow
def test_two_processes_train_together(tmp_path: Path) -> None:
    clips = tiny.write_set(tmp_path / "clips", 4)
    (tmp_path / "config.json").write_text(json.dumps(tiny.MODEL_CONFIG))
    (tmp_path / "recipe.json").write_text(replace(CONFIG, seed=1).to_json())
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    train = ["-m", "motionfollower", "train", "run", str(clips), "-o", str(tmp_path / "run"), "--held-out", "1"]
    files = ["--recipe", str(tmp_path / "recipe.json"), "--config", str(tmp_path / "config.json")]
    process = subprocess.run([*launch, *train, *files], capture_output=True, text=True, timeout=300, check=False)
    assert process.returncode == 0, process.stderr
    assert (tmp_path / "run/model/denoising_unet.safetensors").exists()
    rows = (tmp_path / "run/log.csv").read_text().splitlines()
    assert len(rows) == 2, "only one process writes"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--recipe", "none.json"], "can't be read"),
        (["--steps", "0"], "steps is 0"),
        (["--check-every", "0"], "check every is 0"),
        ([], "--config FILE"),
        (["--init", "nowhere"], "can't be read"),
    ],
)
def test_invalid_options_are_refused(
    tmp_path: Path, recipe: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    clips = tiny.write_set(tmp_path / "clips", 3)
    defaults = [] if "--recipe" in options else ["--recipe", str(recipe)]
    command = ["train", "run", str(clips), "-o", str(tmp_path / "run"), "--held-out", "1", *defaults, *options]
    assert main(command) == BAD_INPUT
    assert message in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
