"""The command `bench`: tables on the terminal, figures as JSON."""

import json
from pathlib import Path

import pytest

from motionfollower.cli.main import BAD_INPUT, main
from motionfollower.research.evaluation import chunked, speed
from motionfollower.research.evaluation.chunked import ChunkedCost
from motionfollower.research.evaluation.speed import EditCost


def test_bench_edit_writes_its_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(speed, "measure_speed", lambda: EditCost(24, 8, 30.0, 1.9, {"sampling": 20.0}))
    assert main(["bench", "edit", "--json", str(tmp_path / "edit.json")]) == 0
    assert "peak memory" in capsys.readouterr().out
    figures = json.loads((tmp_path / "edit.json").read_text())
    assert figures.keys() == {"frames", "steps", "seconds", "peak_memory_gb", "stages"}


def test_bench_long_writes_its_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunked, "measure_chunked", lambda: ChunkedCost(96, 600, 256, 60, 400, 2.0, 2.2, 1.04))
    assert main(["bench", "long", "--json", str(tmp_path / "long.json")]) == 0
    figures = json.loads((tmp_path / "long.json").read_text())
    assert figures["peak_ratio"] == pytest.approx(1.1)
    assert {"short_frames", "long_frames", "short_peak_gb", "long_peak_gb", "seam_ratio"} < figures.keys()


@pytest.mark.parametrize("what", ["quality", "presets"])
def test_a_report_folder_that_is_a_file_is_refused(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "report").write_text("mine")
    assert main(["bench", what, "-o", str(tmp_path / "report")]) == BAD_INPUT
    assert "is a file" in capsys.readouterr().err
    assert (tmp_path / "report").read_text() == "mine"
