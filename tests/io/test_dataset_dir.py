"""A dataset folder that is filled over several runs keeps to its recipe, and is refused among other files."""

from pathlib import Path

import pytest

from motionfollower.core.errors import InputError, OutputError
from motionfollower.io.dataset_dir import open_dataset_dir


def open_set(folder: Path, recipe: str) -> None:
    open_dataset_dir(folder, "set.json", recipe, otherwise="a set of another size")


def test_a_folder_is_created_and_resumed_by_the_same_recipe_only(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "set"
    open_set(folder, "64\n")
    (folder / "made.npz").touch()
    open_set(folder, "64\n")
    assert (folder / "set.json").read_text() == "64\n"
    with pytest.raises(InputError, match=r"holds a set of another size, see set\.json"):
        open_set(folder, "96\n")
    (folder / "set.json").write_bytes(b"\xff\xfe damaged")
    with pytest.raises(InputError, match="another size"):
        open_set(folder, "64\n")


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear")
    with pytest.raises(OutputError, match="other files"):
        open_set(tmp_path, "64\n")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
