"""Downloads by the `weights` command, from a local server that stands in for the hub."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save

from motionfollower.cli.main import main
from motionfollower.models.weights.manifest import FOLDER_VARIABLE, VAE_SET
from tests.models.weights.download.hub import Hub, serve, sha256

Command = Callable[..., str]
ROOT = Path(__file__).parents[4]
NOWHERE = "http://127.0.0.1:9"  # a port without a server
TENSORS = {"conv.weight": torch.from_numpy(np.random.default_rng(0).standard_normal((300, 100), np.float32))}
VAE_FILES = {"config.json": b"{}", "diffusion_pytorch_model.safetensors": save(TENSORS)}
WEIGHTS = "diffusion_pytorch_model.safetensors"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serve(Hub(dict(VAE_FILES))) as hub:
        yield hub


def environment(folder: Path, endpoint: str, **more: str) -> dict[str, str]:
    ours = {FOLDER_VARIABLE: str(folder), "HF_ENDPOINT": endpoint, "HF_HOME": str(folder.parent / "hf")}
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE)
    return {**os.environ, **ours, **proxies, "NO_PROXY": "127.0.0.1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", **more}


def start(folder: Path, endpoint: str, *command: str, largest: int | None = None, **more: str) -> subprocess.Popen[str]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest or resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    return subprocess.Popen(
        [sys.executable, "-m", "motionfollower", "weights", *command],
        cwd=ROOT,
        env=environment(folder, endpoint, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=limit,
    )


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command in this process; returns its output, or its error output where it `fails`."""

    def run(endpoint: str, *command: str, fails: bool = False) -> str:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", endpoint)  # read when the library is imported
        template = "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", endpoint + template)
        for name, value in environment(tmp_path / "weights", endpoint).items():
            monkeypatch.setenv(name, value)
        code = main(["weights", *command])
        output, errors = capsys.readouterr()
        assert code == (2 if fails else 0), errors
        return errors if fails else output

    return run


def installed(folder: Path) -> set[str]:
    """The files in the set's folder, which would be loaded."""
    vae = folder / VAE_SET.folder
    return {path.relative_to(vae).as_posix() for path in vae.rglob("*") if path.is_file()} - {".lock"}


def test_a_set_is_fetched_once_and_its_checksums_recorded(tmp_path: Path, hub: Hub, weights: Command):
    folder = tmp_path / "weights"
    process = start(folder, hub.address, "fetch", "vae")
    assert "vae: config.json, diffusion_pytorch_model.safetensors ready" in process.communicate(timeout=60)[0]
    assert {name: (folder / VAE_SET.folder / name).read_bytes() for name in VAE_FILES} == VAE_FILES
    assert "complete" in weights(hub.address, "fetch", "vae")
    assert hub.served == list(VAE_FILES)
    recorded = json.loads((folder / "checksums.json").read_text())
    assert recorded[f"{VAE_SET.folder}/{WEIGHTS}"]["sha256"] == sha256(VAE_FILES[WEIGHTS])
    assert not (folder / ".incoming" / "vae").exists()


def test_a_pickle_is_converted_once(tmp_path: Path, hub: Hub, weights: Command):
    torch.save(TENSORS, tmp_path / "pickle")
    hub.files = {"config.json": b"{}", "diffusion_pytorch_model.bin": (tmp_path / "pickle").read_bytes()}
    weights(hub.address, "fetch", "vae")
    assert installed(tmp_path / "weights") == set(VAE_FILES)
    loaded = load_file(tmp_path / "weights" / VAE_SET.folder / WEIGHTS)
    assert torch.equal(loaded["conv.weight"], TENSORS["conv.weight"])


def test_a_pickle_that_would_run_code_is_refused(tmp_path: Path, hub: Hub, weights: Command):
    torch.save({"weight": Path("/")}, tmp_path / "pickle")
    hub.files = {"config.json": b"{}", "diffusion_pytorch_model.bin": (tmp_path / "pickle").read_bytes()}
    assert "can't be read as weights" in weights(hub.address, "fetch", "vae", fails=True)
    assert installed(tmp_path / "weights") == {"config.json"}


def test_a_broken_connection_is_resumed(tmp_path: Path, hub: Hub, weights: Command, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 1_000)  # data is kept in chunks of this size
    hub.breaks_after = 70_000
    weights(hub.address, "fetch", "vae")
    assert hub.served[-2:] == [WEIGHTS, f"{WEIGHTS} from 70000"]
    assert (tmp_path / "weights" / VAE_SET.folder / WEIGHTS).read_bytes() == VAE_FILES[WEIGHTS]


def test_an_incomplete_download_is_not_installed(tmp_path: Path, hub: Hub, weights: Command):
    hub.breaks_after = 50_000  # less than a chunk: no attempt gets further
    assert "put them into" in weights(hub.address, "fetch", "vae", fails=True)
    assert installed(tmp_path / "weights") == {"config.json"}
    assert "1 of 2 files missing" in weights(hub.address, "status", "vae")
    hub.breaks_after = None
    weights(hub.address, "fetch", "vae")
    assert hub.served.count("config.json") == 1
    assert installed(tmp_path / "weights") == set(VAE_FILES)


def test_a_corrupt_download_is_deleted(tmp_path: Path, hub: Hub, weights: Command):
    hub.corrupts = True
    assert "damaged in transit" in weights(hub.address, "fetch", "vae", fails=True)
    assert not installed(tmp_path / "weights")


def test_a_full_disk(tmp_path: Path, hub: Hub, weights: Command):
    process = start(tmp_path / "weights", hub.address, "fetch", "vae", largest=60_000)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "Make room" in errors
    assert "Traceback" not in errors
    assert WEIGHTS not in installed(tmp_path / "weights")
    weights(hub.address, "fetch", "vae")
    assert installed(tmp_path / "weights") == set(VAE_FILES)


def test_two_processes_download_once(tmp_path: Path, hub: Hub, weights: Command):
    both = [start(tmp_path / "weights", hub.address, "fetch", "vae") for _ in range(2)]
    assert sorted(process.communicate(timeout=60)[0] for process in both)[0] == "vae: complete\n"
    assert hub.served == list(VAE_FILES)


@pytest.mark.parametrize(("status", "sentence"), [(401, "denies access"), (404, "denies access"), (503, "HTTP 503")])
def test_a_hub_that_refuses(tmp_path: Path, hub: Hub, status: int, sentence: str, weights: Command):
    hub.status = status
    errors = weights(hub.address, "fetch", "vae", fails=True)
    assert sentence in errors
    assert f"put them into {tmp_path / 'weights' / 'sd-vae-ft-mse'}" in errors


def test_a_hub_without_the_file(tmp_path: Path, hub: Hub, weights: Command):
    del hub.files[WEIGHTS]
    errors = weights(hub.address, "fetch", "vae", fails=True)
    assert f"no longer contains {WEIGHTS} or diffusion_pytorch_model.bin" in errors


def test_no_network(weights: Command):
    assert "can't be reached" in weights(NOWHERE, "fetch", "vae", fails=True)
    errors = weights(NOWHERE, "fetch", "motionfollower", fails=True)
    assert "drive.google.com" in errors
    assert "denoising_unet.pth, poctr.safetensors or poctr.pth, motion_module.safetensors or" in errors


def test_offline(tmp_path: Path):
    process = start(tmp_path / "weights", NOWHERE, "fetch", "vae", HF_HUB_OFFLINE="1")
    assert "HF_HUB_OFFLINE is set" in process.communicate(timeout=60)[1]
    assert process.returncode == 2


def test_files_placed_by_the_user_are_converted_and_recorded(tmp_path: Path, hub: Hub, weights: Command):
    vae = tmp_path / "weights" / VAE_SET.folder
    vae.mkdir(parents=True)
    (vae / "config.json").write_bytes(b"{}")
    torch.save(TENSORS, vae / "diffusion_pytorch_model.bin")
    weights(NOWHERE, "fetch", "vae")
    assert (vae / "diffusion_pytorch_model.bin").is_file()
    assert "recorded now" not in weights(NOWHERE, "verify", "vae").splitlines()[1]
    (vae / WEIGHTS).write_bytes(save({"conv.weight": TENSORS["conv.weight"] + 1}))
    errors = weights(NOWHERE, "verify", "vae", fails=True)
    assert f"{vae / WEIGHTS} doesn't match its checksum" in errors


def test_an_unknown_set_is_an_error(weights: Command):
    assert "set of weights is vea; allowed is variations, vae," in weights(NOWHERE, "status", "vea", fails=True)


def test_where_lists_the_paths(tmp_path: Path, weights: Command):
    lines = weights(NOWHERE, "where", "dwpose").splitlines()
    assert lines[1].split() == ["missing", str(tmp_path / "weights" / "dwpose" / "yolox_l.onnx")]


def test_a_set_without_files_is_named_when_it_is_verified(weights: Command):
    assert weights(NOWHERE, "verify", "vae", "sam").splitlines() == ["vae: no file to verify", "sam: no file to verify"]
