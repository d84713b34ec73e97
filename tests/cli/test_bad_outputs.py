"""A result that can't be written is an error that leaves no partial files and overwrites nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.commands import Outcome, contents, run, succeed
from tests.cli.conftest import CommandResult
from tests.full_disk import disk_with_room_for

SMALL = ("--size", "96x128", "--frames", "1")
Write = Callable[[Path], Outcome]


@pytest.fixture
def prepare(source: Path, target: Path) -> Write:
    return lambda folder: run("prepare", source, target, "-o", folder, *SMALL)


@pytest.fixture
def edit(prepared: CommandResult) -> Write:
    return lambda folder: run("edit", "--case", prepared.folder, "-o", folder)


@pytest.fixture(params=["prepare", "edit"])
def write(request: pytest.FixtureRequest) -> Write:
    """Each command that writes a result to a folder."""
    command: Write = request.getfixturevalue(request.param)
    return command


class TestInvalidFolder:
    @pytest.mark.parametrize("place", ["file", "file/result", "file/deep/result"])
    def test_a_file_is_in_the_way(self, write: Write, place: str, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("years of work")
        message = write(tmp_path / place).error
        assert f"{tmp_path / 'file'} is a file" in message
        assert message.endswith(("Choose another one.", "Choose an empty or a new one."))
        assert contents(tmp_path) == {"file": b"years of work"}

    @pytest.mark.parametrize("place", ["/proc/result", "/dev/null"])
    def test_system_paths(self, write: Write, place: str) -> None:
        assert place.rsplit("/", 1)[0] in write(Path(place)).error

    def test_a_name_that_is_too_long(self, write: Write, tmp_path: Path) -> None:
        message = write(tmp_path / ("n" * 300)).error
        assert "can't be written: File name too long. Make room or choose another place." in message
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_of_other_files_is_no_case(self, prepare: Write, tmp_path: Path) -> None:
        (tmp_path / "thesis.txt").write_text("years of work")
        assert prepare(tmp_path).error.endswith("holds other files. Choose an empty or a new one.")
        assert contents(tmp_path) == {"thesis.txt": b"years of work"}

    def test_a_video_without_a_run_record_is_not_replaced(self, edit: Write, tmp_path: Path) -> None:
        (tmp_path / "edited.mp4").write_text("a video")
        assert "edited.mp4 exists, but there is no run.json of an edit." in edit(tmp_path).error
        assert contents(tmp_path) == {"edited.mp4": b"a video"}


class TestFullDisk:
    """The largest file of each result has at least 16 kB."""

    @pytest.mark.parametrize("room", [0, 300, 9000])
    def test_nothing_is_left(self, write: Write, room: int, tmp_path: Path) -> None:
        with disk_with_room_for(room):
            message = write(tmp_path / "result").error
        assert message.startswith(f"{tmp_path}/result")
        assert "can't be written: " in message
        assert message.endswith("Make room or choose another place.")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(("command", "older"), [("prepare", "prepared"), ("edit", "edited")])
    def test_an_older_result_stays(
        self, command: str, older: str, request: pytest.FixtureRequest, tmp_path: Path
    ) -> None:
        folder = Path(shutil.copytree(request.getfixturevalue(older).folder, tmp_path / "result"))
        before = contents(tmp_path)
        with disk_with_room_for(9000):
            assert "can't be written" in request.getfixturevalue(command)(folder).error
        assert contents(tmp_path) == before


class TestOverwrittenInputs:
    """A result may replace an older one, but never its own inputs."""

    @pytest.mark.parametrize("clip", ["edited.mp4", "side_by_side.mp4", "frames"])
    def test_an_edit_of_a_result(self, clip: str, edited: CommandResult, target: Path, tmp_path: Path) -> None:
        folder = Path(shutil.copytree(edited.folder, tmp_path / "result"))
        before = contents(folder)
        for clips in ((folder / clip, target), (target, folder / clip)):
            message = run("edit", *clips, "-o", folder, *SMALL).error
            assert message == f"The result would replace its input {folder / clip}. Choose another folder for it."
        assert contents(folder) == before

    def test_a_preparation_of_a_case(self, case: Path, target: Path, tmp_path: Path) -> None:
        before = contents(case)
        (tmp_path / "link").symlink_to(case)
        message = run("prepare", tmp_path / "link" / "source_images", target, "-o", case, *SMALL).error
        assert "would replace its input" in message
        assert "source_images" in message
        assert contents(case) == before


class TestBundle:
    """A bundle may replace an older one, but nothing else."""

    @pytest.mark.parametrize("name", ["folder", "clip.mp4", "new", "new/edited.mp4"])
    def test_it_takes_no_other_place(self, name: str, prepared: CommandResult, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        (tmp_path / "clip.mp4").write_text("a video")
        before = contents(tmp_path)
        bundle = tmp_path / name
        message = run("edit", "--case", prepared.folder, "-o", tmp_path / "new", "--bundle", bundle).error
        assert message == f"{bundle} is no bundle, but a folder or another file. Choose another name for the bundle."
        assert contents(tmp_path) == before

    def test_it_does_not_replace_its_case(self, prepared: CommandResult, tmp_path: Path) -> None:
        bundle = Path(shutil.make_archive(str(tmp_path / "case"), "zip", prepared.folder))
        before = contents(tmp_path)
        message = run("edit", "--case", bundle, "-o", tmp_path / "new", "--bundle", bundle).error
        assert message == f"The result would replace its input {bundle}. Choose another folder for it."
        assert contents(tmp_path) == before

    def test_it_replaces_an_older_one(self, prepared: CommandResult, tmp_path: Path) -> None:
        bundle = Path(shutil.make_archive(str(tmp_path / "case"), "zip", prepared.folder))
        before = bundle.read_bytes()
        succeed("edit", "--case", prepared.folder, "-o", tmp_path / "new", "--bundle", bundle, "--frames", "1")
        assert bundle.read_bytes() != before
