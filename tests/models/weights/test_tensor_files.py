"""Files of tensors are written completely or not at all."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from motionfollower.core.errors import OutputError
from motionfollower.models.weights.tensor_files import write_state, write_tensors
from tests.full_disk import disk_with_room_for

Write = Callable[[Path, Mapping[str, Tensor]], None]
LARGE = {"weight": torch.ones(10_000)}


@pytest.fixture
def full_disk() -> Iterator[None]:
    with disk_with_room_for(1000):
        yield


def test_written_tensors_can_be_read(tmp_path: Path) -> None:
    write_tensors(tmp_path / "a.safetensors", LARGE)
    write_state(tmp_path / "a.pt", {**LARGE, "step": 3})
    assert torch.equal(load_file(tmp_path / "a.safetensors")["weight"], LARGE["weight"])
    assert torch.load(tmp_path / "a.pt", weights_only=True)["step"] == 3


@pytest.mark.usefixtures("full_disk")
@pytest.mark.parametrize("write", [write_tensors, write_state])
def test_on_a_full_disk_the_old_file_is_kept(tmp_path: Path, write: Write) -> None:
    (tmp_path / "weights").write_text("old")
    with pytest.raises(OutputError, match=r"weights can't be written, .*Make room"):
        write(tmp_path / "weights", LARGE)
    assert [path.name for path in tmp_path.iterdir()] == ["weights"]
    assert (tmp_path / "weights").read_text() == "old"
