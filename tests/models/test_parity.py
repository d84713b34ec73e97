"""The networks reproduce the numbers that were recorded from the released code."""

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from tools import parity
from tools.oracle import Case
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
    assert parity.main([str(case)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "pose_guider.out.target 0.5" in lines
    assert lines[-1] == "worst unet.out.of_another_kind inf"


def test_without_an_argument_the_complete_case_is_compared_if_it_exists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(parity, "SECTIONS", (lambda case: [(str(case.folder), 0.0, 1.0)],))
    for complete, expected in ((tmp_path, tmp_path), (tmp_path / "missing", DATA / "case_a")):
        monkeypatch.setattr(parity, "COMPLETE_CASE", complete)
        assert parity.main([]) == 0
        assert capsys.readouterr().out.startswith(f"{expected} 0\n")
