"""Bundles restore what they were written from, and refuse hostile or damaged zips."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest
from PIL import Image

from motionfollower.core.errors import InputError
from motionfollower.core.events import Cancelled
from motionfollower.core.messages import recorded
from motionfollower.core.types import EditInputs, Prepared
from motionfollower.io import bundle
from motionfollower.io.bundle import bundle_files, opened_case, unpack_bundle, write_bundle
from motionfollower.io.case import read_case, read_prepared, write_case
from motionfollower.io.result import ResultFiles
from preprocess.pose.skeleton import JOINTS
from preprocess.types import AlignmentReport, Clip, MaskSequence, PoseSequence
from tests.jobs import CancelAfter

RNG = np.random.default_rng(8)
FRAMES, WIDTH, HEIGHT = 2, 64, 48
DOUBTS = recorded(["A doubt."])


def random_poses() -> PoseSequence:
    keypoints = RNG.uniform((8, 8), (WIDTH - 8, HEIGHT - 8), (FRAMES, JOINTS, 2)).astype(np.float32)
    return PoseSequence(keypoints, np.ones((FRAMES, JOINTS), np.float32), (WIDTH, HEIGHT))


def random_masks() -> MaskSequence:
    return MaskSequence(RNG.random((FRAMES, HEIGHT, WIDTH)) > 0.5, "test")


def random_clip() -> Clip:
    return Clip(RNG.integers(0, 256, (FRAMES, HEIGHT, WIDTH, 3), dtype=np.uint8), 12.5)


@pytest.fixture
def prepared() -> Prepared:
    poses, masks = (random_poses(), random_poses()), (random_masks(), random_masks())
    inputs = EditInputs(random_clip(), *poses, *masks, warnings=(*DOUBTS, *recorded(["Alignment: a doubt."])))
    report = AlignmentReport("bones")
    return Prepared(inputs, random_clip(), random_poses(), random_masks(), report, DOUBTS)


@pytest.fixture
def packed(tmp_path: Path, prepared: Prepared) -> Path:
    """The bundle of a case with a result of which only some files exist."""
    write_case(tmp_path / "case", prepared)
    result = ResultFiles(tmp_path / "result")
    result.frames.mkdir(parents=True)
    (result.frames / "frame_0.png").write_bytes(png())
    result.run.write_text("{}")
    files = bundle_files(tmp_path / "case", result)
    counts: list[int] = []
    write_bundle(tmp_path / "edit.zip", files, counts.append)
    assert counts == list(range(1, 8 * FRAMES + 4))
    return tmp_path / "edit.zip"


def png(size: tuple[int, int] = (WIDTH, HEIGHT)) -> bytes:
    file = BytesIO()
    Image.new("RGB", size).save(file, "PNG")
    return file.getvalue()


def pack(path: Path, files: Mapping[str, bytes]) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


def test_a_bundle_restores_the_preparation_and_the_result(packed: Path, prepared: Prepared, tmp_path: Path) -> None:
    folder = tmp_path / "back"
    folder.mkdir()
    unpack_bundle(packed, folder)
    again = read_prepared(folder)
    assert np.array_equal(again.inputs.source.frames, prepared.inputs.source.frames)
    assert np.array_equal(again.target.frames, prepared.target.frames)
    assert np.array_equal(again.target_own_masks.masks, prepared.target_own_masks.masks)
    assert np.array_equal(again.target_poses.keypoints, prepared.target_poses.keypoints)
    assert np.array_equal(again.inputs.aligned_poses.keypoints, prepared.inputs.aligned_poses.keypoints)
    assert (again.doubts, again.inputs.warnings) == (prepared.doubts, prepared.inputs.warnings)
    assert again.alignment == AlignmentReport("bones")
    assert ResultFiles(folder).run.read_text() == "{}"
    assert (folder / "frames" / "frame_0.png").is_file()


def test_the_same_files_give_the_same_bundle(packed: Path, tmp_path: Path) -> None:
    files = bundle_files(tmp_path / "case", ResultFiles(tmp_path / "result"))
    write_bundle(tmp_path / "again.zip", files)
    assert (tmp_path / "again.zip").read_bytes() == packed.read_bytes()


def test_a_cancelled_writer_leaves_the_old_bundle(packed: Path, tmp_path: Path) -> None:
    before, names = packed.read_bytes(), sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(Cancelled):
        write_bundle(packed, {"run.json": tmp_path / "result" / "run.json"}, CancelAfter(0))
    assert packed.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def test_a_bundle_is_a_case_while_it_is_open(packed: Path, prepared: Prepared) -> None:
    with opened_case(packed) as case:
        assert np.array_equal(read_case(case).source.frames, prepared.inputs.source.frames)
    assert not case.exists()
    with opened_case(packed.parent / "case") as case:
        assert case == packed.parent / "case"


def test_a_zip_of_a_case_folder_is_read_without_its_other_files(tmp_path: Path) -> None:
    names = ("edit/frames/frame_0.png", "edit/notes.txt", "__MACOSX/edit/._run.json", "edit/frames/thumb.png")
    unpack_bundle(pack(tmp_path / "manual.zip", dict.fromkeys(names, png())), tmp_path)
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"manual.zip", "frame_0.png"}


@pytest.mark.parametrize("name", ["../run.json", "/run.json", "a/../../run.json", "..\\run.json", "C:run.json"])
def test_a_name_that_points_outside_is_refused(name: str, tmp_path: Path) -> None:
    path = pack(tmp_path / "evil.zip", {"prepare.json": b"{}", name: b"{}"})
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match="points outside of it"):
        unpack_bundle(path, tmp_path / "in")
    assert not list((tmp_path / "in").iterdir())


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MAX_BYTES", 2**20)
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match=r"unpacks to 8 MiB; allowed are 1"):
        unpack_bundle(pack(tmp_path / "bomb.zip", {"edited.mp4": bytes(2**23)}), tmp_path / "in")
    assert not list((tmp_path / "in").iterdir())


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"readme.txt": b""}, "it contains no files of a case"),
        ({"run.json": b"{}", "case/run.json": b"{}"}, "it contains a name twice"),
        ({"prepare.json": bytes(65 * 2**20)}, "a record in it is larger"),
        ({"frames/frame_0.png": b"no image"}, "frame_0.png can(?:'t|not) be read"),
    ],
    ids=["empty", "twice", "record", "damaged"],
)
def test_a_file_that_is_no_bundle_is_refused(files: dict[str, bytes], message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        unpack_bundle(pack(tmp_path / "odd.zip", files), tmp_path)


def test_images_that_are_too_large_together_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MAX_PIXELS", 2 * WIDTH * HEIGHT - 1)
    files = {f"source_images/frame_{i}.png": png() for i in range(2)}
    with pytest.raises(InputError, match="2 images of 64 × 48 in source_images"):
        unpack_bundle(pack(tmp_path / "large.zip", files), tmp_path)


@pytest.mark.parametrize("change", ["text", "cut", "flipped"])
def test_a_damaged_bundle_is_an_input_error(change: str, packed: Path, tmp_path: Path) -> None:
    content = bytearray(packed.read_bytes())
    if change == "flipped":
        content[200] ^= 255  # in the first image
    packed.write_bytes({"text": b"text", "cut": content[:-40], "flipped": content}[change])
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match=r"edit\.zip is no bundle"):
        unpack_bundle(packed, tmp_path / "in")


def test_a_preparation_without_its_target_is_an_error(tmp_path: Path, prepared: Prepared) -> None:
    write_case(tmp_path / "case", prepared)
    (tmp_path / "case" / "prepare.json").unlink()
    with pytest.raises(InputError, match="lacks the target's own parts"):
        read_prepared(tmp_path / "case")
