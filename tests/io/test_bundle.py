"""Bundles: what goes in comes out, and what others may put into a zip."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest
from PIL import Image

from motionfollower.core.errors import InputError
from motionfollower.core.types import EditInputs, Prepared
from motionfollower.io import bundle
from motionfollower.io.bundle import bundle_files, opened_case, unpack_bundle, write_bundle
from motionfollower.io.case import read_case, read_prepared, write_case
from motionfollower.io.result import ResultFiles
from preprocess.pose.skeleton import JOINTS
from preprocess.types import Clip, MaskSequence, PoseSequence

RNG = np.random.default_rng(8)
FRAMES, WIDTH, HEIGHT = 2, 64, 48


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
    inputs = EditInputs(random_clip(), *poses, *masks, warnings=("A doubt.", "Another, of the alignment."))
    return Prepared(inputs, random_clip(), random_poses(), random_masks(), {"mode": "bones"}, ("A doubt.",))


@pytest.fixture
def packed(tmp_path: Path, prepared: Prepared) -> Path:
    """The bundle of a case with a result of which only some files are there."""
    list(write_case(tmp_path / "case", prepared))
    result = ResultFiles(tmp_path / "result")
    result.frames.mkdir(parents=True)
    (result.frames / "frame_0.png").write_bytes(picture())
    result.run.write_text("{}")
    files = bundle_files(tmp_path / "case", result)
    assert list(write_bundle(tmp_path / "edit.zip", files)) == list(range(1, 8 * FRAMES + 4))
    return tmp_path / "edit.zip"


def picture(size: tuple[int, int] = (WIDTH, HEIGHT)) -> bytes:
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
    assert again.alignment == {"mode": "bones"}
    assert ResultFiles(folder).run.read_text() == "{}"
    assert (folder / "frames" / "frame_0.png").is_file()


def test_the_same_files_give_the_same_bundle(packed: Path, tmp_path: Path) -> None:
    files = bundle_files(tmp_path / "case", ResultFiles(tmp_path / "result"))
    list(write_bundle(tmp_path / "again.zip", files))
    assert (tmp_path / "again.zip").read_bytes() == packed.read_bytes()


def test_a_closed_writer_leaves_the_old_bundle(packed: Path, tmp_path: Path) -> None:
    before, names = packed.read_bytes(), sorted(path.name for path in tmp_path.iterdir())
    writing = write_bundle(packed, {"run.json": tmp_path / "result" / "run.json"})
    next(writing)
    writing.close()
    assert packed.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def test_a_bundle_is_a_case_for_as_long_as_it_is_open(packed: Path, prepared: Prepared) -> None:
    with opened_case(packed) as case:
        assert np.array_equal(read_case(case).source.frames, prepared.inputs.source.frames)
    assert not case.exists()
    with opened_case(packed.parent / "case") as case:
        assert case == packed.parent / "case"


def test_a_case_zipped_by_hand_with_its_folder_is_read_and_other_files_are_not(tmp_path: Path) -> None:
    names = ("edit/frames/frame_0.png", "edit/notes.txt", "__MACOSX/edit/._run.json", "edit/frames/thumb.png")
    unpack_bundle(pack(tmp_path / "hand.zip", dict.fromkeys(names, picture())), tmp_path)
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"hand.zip", "frame_0.png"}


@pytest.mark.parametrize("name", ["../run.json", "/run.json", "a/../../run.json", "..\\run.json", "C:run.json"])
def test_a_name_that_leads_out_is_refused(name: str, tmp_path: Path) -> None:
    path = pack(tmp_path / "evil.zip", {"prepare.json": b"{}", name: b"{}"})
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match="leads out of its folder"):
        unpack_bundle(path, tmp_path / "in")
    assert not list((tmp_path / "in").iterdir())


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MOST_BYTES", 2**20)
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match=r"unpacked it has 8 MiB; allowed are 1"):
        unpack_bundle(pack(tmp_path / "bomb.zip", {"edited.mp4": bytes(2**23)}), tmp_path / "in")
    assert not list((tmp_path / "in").iterdir())


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"readme.txt": b""}, "nothing in it belongs to a case"),
        ({"run.json": b"{}", "case/run.json": b"{}"}, "a name is in it twice"),
        ({"prepare.json": bytes(65 * 2**20)}, "a record in it is larger"),
        ({"frames/frame_0.png": b"no picture"}, "frame_0.png can't be read"),
    ],
    ids=["empty", "twice", "record", "damaged"],
)
def test_what_is_no_bundle_is_refused(files: dict[str, bytes], message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        unpack_bundle(pack(tmp_path / "odd.zip", files), tmp_path)


def test_pictures_too_large_to_hold_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MOST_PIXELS", 2 * WIDTH * HEIGHT - 1)
    files = {f"source_images/frame_{i}.png": picture() for i in range(2)}
    with pytest.raises(InputError, match="2 pictures of 64 × 48 in source_images"):
        unpack_bundle(pack(tmp_path / "large.zip", files), tmp_path)


@pytest.mark.parametrize("change", ["text", "cut", "flipped"])
def test_damage_is_an_input_error(change: str, packed: Path, tmp_path: Path) -> None:
    content = bytearray(packed.read_bytes())
    if change == "flipped":
        content[200] ^= 255  # in the first picture
    packed.write_bytes({"text": b"text", "cut": content[:-40], "flipped": content}[change])
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match=r"edit\.zip is no bundle"):
        unpack_bundle(packed, tmp_path / "in")


def test_a_preparation_without_its_target_is_an_error(tmp_path: Path, prepared: Prepared) -> None:
    list(write_case(tmp_path / "case", prepared))
    (tmp_path / "case" / "prepare.json").unlink()
    with pytest.raises(InputError, match="lacks the target's own parts"):
        read_prepared(tmp_path / "case")
