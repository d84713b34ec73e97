"""Weights that are missing, damaged, of another model or not finite: the error names file and key, before any work."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from motionfollower.models.weights.manifest import EMBEDDED_FOLDER, FOLDER_VARIABLE, MODEL_VARIABLE
from tests.cli.commands import run
from tests.cli.conftest import CommandResult
from tests.models.weights.full_set import write_set

StateDict = dict[str, Tensor]
ErrorOf = Callable[..., str]


@pytest.fixture
def embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the embedded model, which is loaded instead of it."""
    folder = Path(shutil.copytree(EMBEDDED_FOLDER, tmp_path / "embedded"))
    monkeypatch.setenv(MODEL_VARIABLE, str(folder))
    return folder


@pytest.fixture
def error_of(prepared: CommandResult, tmp_path: Path) -> ErrorOf:
    """The error for weights that can't be loaded; nothing is written."""

    def error_of(*options: str) -> str:
        outcome = run("edit", "--case", prepared.folder, "-o", tmp_path / "result", *options)
        assert not (tmp_path / "result").exists()
        assert "sampling" not in outcome.err
        return outcome.error

    return error_of


def change(path: Path, edit: Callable[[StateDict, str], None]) -> str:
    """Edit a weights file; returns its first key, which `edit` gets."""
    state = load_file(path)
    key = sorted(state)[0]
    edit(state, key)
    save_file(state, path)
    return key


class TestEmbedded:
    @pytest.mark.parametrize(
        "name", ["denoising_unet.safetensors", "poctr.safetensors", "image_encoder.safetensors", "config.json"]
    )
    def test_a_missing_file(self, embedded: Path, error_of: ErrorOf, name: str) -> None:
        (embedded / name).unlink()
        assert error_of().startswith(str(embedded / name))

    def test_a_truncated_file(self, embedded: Path, error_of: ErrorOf) -> None:
        path = embedded / "denoising_unet.safetensors"
        path.write_bytes(path.read_bytes()[:-1000])
        assert error_of() == f"{path} can't be read as weights: it is damaged or incomplete. Get it again."

    def test_an_html_page_saved_as_weights(self, embedded: Path, error_of: ErrorOf) -> None:
        path = embedded / "poctr.safetensors"
        path.write_text("<!doctype html><title>404</title>")
        assert error_of() == f"{path} can't be read as weights: it is damaged or incomplete. Get it again."

    def test_an_invalid_config(self, embedded: Path, error_of: ErrorOf) -> None:
        (embedded / "config.json").write_text("[]")
        assert "config.json isn't the configuration of a model" in error_of()

    def test_a_missing_key(self, embedded: Path, error_of: ErrorOf) -> None:
        key = change(embedded / "poctr.safetensors", lambda state, key: state.__delitem__(key))
        assert f"poctr.safetensors doesn't fit the model. Its keys: 1 missing ({key})." in error_of()

    def test_an_unknown_key(self, embedded: Path, error_of: ErrorOf) -> None:
        change(embedded / "poctr.safetensors", lambda state, key: state.update({"lora.up": torch.zeros(2)}))
        assert "poctr.safetensors doesn't fit the model. Its keys: 1 unknown (lora.up)." in error_of()

    def test_another_shape(self, embedded: Path, error_of: ErrorOf) -> None:
        key = change(embedded / "poctr.safetensors", lambda state, key: state.update({key: torch.zeros(1, 2)}))
        assert f"1 of another shape ({key} is [1, 2], not [" in error_of()

    def test_the_weights_of_another_network(self, embedded: Path, error_of: ErrorOf) -> None:
        shutil.copy(embedded / "poctr.safetensors", embedded / "denoising_unet.safetensors")
        message = error_of()
        assert "denoising_unet.safetensors doesn't fit the model." in message
        assert message.count(", …") == 3  # a few keys are listed of each kind: missing, unknown, another shape

    @pytest.mark.parametrize("number", [float("nan"), float("inf")])
    def test_values_that_are_not_finite(self, embedded: Path, error_of: ErrorOf, number: float) -> None:
        path = embedded / "denoising_unet.safetensors"
        key = change(path, lambda state, key: state.update({key: torch.full_like(state[key], number)}))
        assert error_of() == f"{path} holds NaN or infinity in 1 tensors ({key}). Get it again."


class TestFull:
    @pytest.fixture
    def weights(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        folder = tmp_path / "weights"
        monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
        return folder

    def test_missing_weights_are_listed_with_their_source(self, weights: Path, error_of: ErrorOf) -> None:
        message = error_of("--backend", "full")
        assert message.startswith("Weights of the full backend are missing. `python -m motionfollower weights fetch` ")
        assert str(weights) in message
        assert "the Hugging Face repository stabilityai/sd-vae-ft-mse" in message
        assert "motion_module.safetensors or motion_module.pth from https://drive.google.com/" in message

    def test_files_of_another_model(self, weights: Path, error_of: ErrorOf) -> None:
        """Every file exists, with the tensors of something else."""
        write_set(weights)
        for path in (path for path in weights.rglob("*") if path.suffix in (".pth", ".safetensors")):
            (torch.save if path.suffix == ".pth" else save_file)({"lora.up": torch.zeros(2)}, path)
        message = error_of("--backend", "full")
        assert "unet/diffusion_pytorch_model." in message
        assert "1 unknown (lora.up)" in message
        assert " missing (" in message

    def test_auto_falls_back_to_the_embedded_model(
        self, weights: Path, prepared: CommandResult, tmp_path: Path
    ) -> None:
        outcome = run("edit", "--case", prepared.folder, "-o", tmp_path / "result", "--frames", "1")
        assert outcome.code == 0
        assert "small embedded model" in outcome.out
