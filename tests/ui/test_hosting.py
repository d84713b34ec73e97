"""Hosting: MCP tools, ZeroGPU, and the front matter of a Space."""

import os
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from packaging.requirements import Requirement

from motionfollower.core.config import PrepareSettings, SamplerSettings
from motionfollower.core.types import EditInputs
from motionfollower.pipeline.backends import backend_info
from motionfollower.pipeline.checks import CameraModeProposal
from motionfollower.ui.engine import loan_seconds
from motionfollower.ui.launch import wants_mcp
from preprocess.pose.skeleton import JOINTS
from preprocess.types import Clip, MaskSequence, PoseSequence

from .conftest import ROOT, SOURCE, TARGET, form_values

SETTINGS = backend_info("embedded").settings


def test_mcp_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTIONFOLLOWER_MCP", "0")
    assert not wants_mcp()
    monkeypatch.setenv("MOTIONFOLLOWER_MCP", "1")
    if find_spec("mcp"):
        assert wants_mcp()
    else:
        with pytest.raises(SystemExit, match=r"pip install 'gradio\[mcp\]'"):
            wants_mcp()


FAKE_SPACES = """
def GPU(duration):
    def decorate(steps):
        def lent(*args):
            print("lent for", duration(*args))
            yield from steps(*args)
        return lent
    return decorate
"""
BORROW = """
from motionfollower.core.events import Progress
from motionfollower.ui.zero_gpu import on_zero_gpu

@on_zero_gpu(lambda n: 10 * n)
def job(report, n):
    for done in range(n):
        report(Progress("work", done, n))
    return "result"

print(job(lambda event: print(event.done), 2))
"""


def test_on_zero_gpu_a_job_borrows_a_gpu_and_returns_its_events_and_result(tmp_path: Path) -> None:
    (tmp_path / "spaces.py").write_text(FAKE_SPACES)
    paths = os.pathsep.join((str(tmp_path), str(ROOT)))
    command = [sys.executable, "-c", BORROW]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["lent for 20", "0", "1", "result", ""]


def test_without_zero_gpu_a_job_runs_as_it_is() -> None:
    command = [sys.executable, "-c", BORROW]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["0", "1", "result", ""]


def test_a_gpu_is_borrowed_for_at_most_five_minutes() -> None:
    clip = Clip(np.zeros((48, 8, 8, 3), np.uint8), 8.0)
    poses = PoseSequence(np.zeros((48, JOINTS, 2), np.float32), np.zeros((48, JOINTS), np.float32), (8, 8))
    masks = MaskSequence(np.zeros((48, 8, 8), bool), "test")
    inputs = EditInputs(clip, poses, poses, masks, masks)
    short = form_values().edit_config(SOURCE, TARGET, PrepareSettings(), CameraModeProposal(0), SETTINGS)
    long = replace(short, sampler=SamplerSettings(steps=100))
    assert loan_seconds(short, Path(), inputs) == 65
    assert loan_seconds(long, Path(), inputs) == 300


def test_a_space_accepts_the_front_matter() -> None:
    lines = (ROOT / "README.md").read_text().split("---")[1].strip().splitlines()
    matter = dict(line.split(": ", 1) for line in lines)
    gradio = next(line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith("gradio"))
    assert Requirement(gradio).specifier.contains(matter["sdk_version"])
    assert (ROOT / matter["app_file"]).is_file()
    assert len(matter["short_description"]) <= 60
    assert matter["python_version"] == '"3.12"'  # the one version that both ZeroGPU and we support
