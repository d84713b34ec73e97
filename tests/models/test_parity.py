"""The networks reproduce the numbers that were recorded from the released code."""

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from tools.oracle import Case
from tools.parity import main
from tools.parity_modules import modules

DATA = Path(__file__).parents[1] / "data"


def check(case: Case) -> int:
    with torch.no_grad():
        rows = list(modules(case))
    failed = [row for row in rows if not row[1] <= row[2]]
    assert not failed
    return len(rows)


def test_modules_of_the_bundled_case():
    assert check(Case(DATA / "case_a")) == 20


def test_modules_of_the_complete_case(shared: Path):
    assert check(Case(shared / "parity" / "case_a")) == 36


def test_wrong_and_uncomputed_numbers_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    case = shutil.copytree(DATA / "case_a", tmp_path / "case")
    recorded = load_file(case / "modules.safetensors") | {"unet.out.of_another_kind": torch.ones(1)}
    recorded["pose_guider.out.target"] *= 2
    save_file(recorded, case / "modules.safetensors")
    assert main([str(case)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "pose_guider.out.target 0.5" in lines
    assert lines[-1] == "worst unet.out.of_another_kind inf"
