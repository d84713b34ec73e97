"""`info` with all weights, some of them, or none."""

from pathlib import Path

import pytest
import torch

from motionfollower.cli.info import collect_info, format_info
from motionfollower.core import __version__
from motionfollower.core.device import NoiseSource, describe, peak_memory_mb, pick_device, pick_dtype
from motionfollower.models.weights.manifest import (
    EMBEDDED_FILES,
    FOLDER_VARIABLE,
    FULL_MODEL_SETS,
    ROOT,
    UNET_CONFIG,
    WeightSet,
    full_weights_folder,
)


def put(part: WeightSet, root: Path) -> None:
    for file in part.files:
        path = root / part.folder / file.names[-1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_no_weights(tmp_path: Path) -> None:
    info = collect_info(tmp_path, tmp_path)
    assert info.missing_full == FULL_MODEL_SETS
    assert info.missing_embedded == EMBEDDED_FILES
    text = format_info(info)
    assert f"full        not ready: 3 of 3 weight sets are missing from {tmp_path}" in text
    assert "embedded    not ready: config.json," in text
    for part in FULL_MODEL_SETS:
        assert part.download_instructions(tmp_path) in text


def test_some_weights(tmp_path: Path) -> None:
    for part in FULL_MODEL_SETS[1:]:
        put(part, tmp_path)
    assert collect_info(tmp_path).missing_full == FULL_MODEL_SETS[:1]
    put(FULL_MODEL_SETS[0], tmp_path)
    (tmp_path / FULL_MODEL_SETS[0].folder / "unet" / "config.json").unlink()
    assert FULL_MODEL_SETS[0].missing(tmp_path) == (UNET_CONFIG,)


def test_all_weights(tmp_path: Path) -> None:
    for part in FULL_MODEL_SETS:
        put(part, tmp_path)
    info = collect_info(tmp_path)
    assert not info.missing_full
    assert f"full        ready, in {tmp_path}" in format_info(info)


def test_the_repository_has_the_embedded_model_and_ffmpeg() -> None:
    info = collect_info()
    assert not info.missing_embedded
    assert info.ffmpeg
    assert info.versions["motionfollower"] == __version__
    assert f"torch {torch.__version__}".split("+")[0] in format_info(info)


def test_an_environment_variable_sets_the_weights_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    assert full_weights_folder() == ROOT / "weights"
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert full_weights_folder() == tmp_path


def test_the_cpu_computes_in_float32() -> None:
    cpu = torch.device("cpu")
    assert pick_dtype(cpu) == torch.float32
    assert describe(cpu).kind == "cpu"
    assert describe(pick_device()).memory_gb > 0.5


def test_noise_depends_only_on_seed_and_order() -> None:
    cpu = torch.device("cpu")
    one, other = NoiseSource(7), NoiseSource(7)
    first = one.draw((2, 500), cpu, torch.float32)
    assert torch.equal(first, other.draw((2, 500), cpu, torch.float32))
    assert torch.equal(one.draw((3,), cpu, torch.float32).half(), other.draw((3,), cpu, torch.float16))
    assert not torch.equal(first, NoiseSource(8).draw((2, 500), cpu, torch.float32))
    assert first.std().item() == pytest.approx(1, abs=0.1)


def test_peak_memory_covers_allocations_and_never_falls() -> None:
    block = torch.ones(64, 2**18)  # 64 MiB
    peak = peak_memory_mb()
    assert peak > 64
    del block
    assert peak_memory_mb() >= peak
