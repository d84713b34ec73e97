"""Results on disk are complete or absent, and the record of a run can be read back."""

import json
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from motionfollower.core.config import PrepareSettings, RunEnvironment, SamplerSettings
from motionfollower.core.errors import InputError, OutputError
from motionfollower.core.events import Cancelled
from motionfollower.core.hashing import sha256_of
from motionfollower.core.messages import messages
from motionfollower.core.types import EditInputs, StepLosses
from motionfollower.io.result import (
    SMALLEST_CAPTION,
    ResultFiles,
    check_result_dir,
    choose_audio,
    draft_result,
    publish,
    side_by_side,
    write_edited_video,
    write_frames_and_comparison,
)
from motionfollower.io.run_record import FileRecord, RunMetadata, environment_changes, load_run_record
from preprocess.pose.skeleton import JOINTS
from preprocess.progress import OnProgress, ignore_progress
from preprocess.types import Clip, MaskSequence, PoseSequence, Sound
from preprocess.video.probe import Media
from preprocess.video.read import read_clip
from tests.full_disk import disk_with_room_for
from tests.jobs import CancelAfter

FRAMES, WIDTH, HEIGHT = 3, 48, 32


@pytest.fixture(scope="module")
def inputs() -> EditInputs:
    random = np.random.default_rng(5)
    source = Clip(random.integers(0, 255, (FRAMES, HEIGHT, WIDTH, 3), dtype=np.uint8), 8)
    keypoints = random.uniform(0, HEIGHT, (FRAMES, JOINTS, 2)).astype(np.float32)
    poses = PoseSequence(keypoints, np.ones((FRAMES, JOINTS), np.float32), source.size)
    masks = MaskSequence(np.ones((FRAMES, HEIGHT, WIDTH), np.bool_), "test")
    return EditInputs(source, poses, poses, masks, masks)


@pytest.fixture(scope="module")
def edited(inputs: EditInputs) -> Clip:
    return Clip(255 - inputs.source.frames, 8)


@pytest.fixture(scope="module")
def run() -> RunMetadata:
    return RunMetadata(
        source=FileRecord("source.mp4", "0" * 64),
        target=FileRecord("target.mp4", "1" * 64),
        backend="embedded",
        prepare=PrepareSettings("bones", frames=3, size=(48, 32), fps=7.5, shift=(1.5, -2)),
        sampler=SamplerSettings(steps=2, seed=2**62 + 1, camera=True),
        size=(WIDTH, HEIGHT),
        fps=8,
        frames=FRAMES,
        surroundings=RunEnvironment("a processor", "float32", {"unet": "2" * 64}, {"torch": "2.10"}),
        seconds={"sampling": 1.5},
        losses=(StepLosses(0, 0.25, 0.5),),
        warnings=("Frame 2 is doubtful.",),
    )


def write(
    folder: Path, inputs: EditInputs, edited: Clip, run: RunMetadata, on_progress: OnProgress = ignore_progress
) -> ResultFiles:
    """Write a result whose poses are drawn as the source."""
    with draft_result(folder) as draft:
        rows = zip(inputs.source.frames, inputs.source.frames, edited.frames, strict=True)
        write_frames_and_comparison(draft, rows, edited.fps, edited.sound, run.backend, on_progress)
        write_edited_video(draft, edited.fps, edited.sound)
        on_progress(FRAMES + 1)
        return publish(draft, folder, run)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def full_disk() -> Generator[None, None, None]:
    with disk_with_room_for(300):
        yield


def test_all_parts_are_written(tmp_path: Path, inputs: EditInputs, edited: Clip, run: RunMetadata) -> None:
    counts: list[int] = []
    files = write(tmp_path / "new" / "result", inputs, edited, run, counts.append)
    assert counts == list(range(1, FRAMES + 2))
    video = read_clip(files.edited)
    assert (len(video), video.size, video.fps) == (FRAMES, (WIDTH, HEIGHT), 8)
    assert read_clip(files.side_by_side).size == (3 * WIDTH, HEIGHT + SMALLEST_CAPTION)
    assert sorted(file.name for file in files.frames.iterdir()) == [f"frame_{i}.png" for i in range(FRAMES)]
    np.testing.assert_array_equal(np.asarray(Image.open(files.frames / "frame_2.png")), edited.frames[2])
    assert load_run_record(files.run) == run
    assert {file.name for file in files.folder.iterdir()} == {"edited.mp4", "side_by_side.mp4", "frames", "run.json"}
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_an_older_result_is_replaced_but_no_other_files(
    tmp_path: Path, inputs: EditInputs, edited: Clip, run: RunMetadata
) -> None:
    write(tmp_path, inputs, edited, run)
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "frames" / "sketch.png").write_text("mine")
    (tmp_path / "frames" / "frame_3.png").write_text("of a longer result")
    darker = Clip(edited.frames // 2, 8)
    files = write(tmp_path, inputs, darker, replace(run, backend="full"))
    assert load_run_record(files.run).backend == "full"
    np.testing.assert_array_equal(np.asarray(Image.open(files.frames / "frame_0.png")), darker.frames[0])
    others = {name for name in contents(tmp_path) if (tmp_path / name) not in files.present()}
    assert others == {"notes.txt", "frames/sketch.png"}
    assert not (files.frames / "frame_3.png").exists()


@pytest.mark.parametrize("count", range(FRAMES + 1))
def test_a_cancelled_writer_leaves_everything_as_it_was(
    count: int, tmp_path: Path, inputs: EditInputs, edited: Clip, run: RunMetadata
) -> None:
    """At each frame, and with all parts written but not published."""
    write(tmp_path / "old", inputs, edited, run)
    before = contents(tmp_path)
    for name in ("old", "new"):
        with pytest.raises(Cancelled):
            write(tmp_path / name, inputs, inputs.source, run, CancelAfter(count))
    assert contents(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_an_error_of_the_caller_is_no_output_error(
    tmp_path: Path, inputs: EditInputs, edited: Clip, run: RunMetadata
) -> None:
    def fail(done: int) -> None:
        raise BrokenPipeError("the progress is shown nowhere")

    with pytest.raises(BrokenPipeError, match="shown nowhere"):
        write(tmp_path / "result", inputs, edited, run, fail)
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_is_an_output_error_and_leaves_nothing(
    tmp_path: Path, inputs: EditInputs, edited: Clip, run: RunMetadata
) -> None:
    with pytest.raises(OutputError, match=rf"^{tmp_path}/result/.+ can.t be written: .+\. Make room or choose another"):
        write(tmp_path / "result", inputs, edited, run)
    assert not list(tmp_path.iterdir())


def test_a_failed_move_restores_the_old_result(
    tmp_path: Path, inputs: EditInputs, edited: Clip, run: RunMetadata
) -> None:
    write(tmp_path, inputs, edited, run)
    (tmp_path / "side_by_side.mp4").unlink()
    (tmp_path / "side_by_side.mp4" / "in the way").mkdir(parents=True)
    before = contents(tmp_path)
    with pytest.raises(OutputError, match=r"can.t be written"):
        write(tmp_path, inputs, inputs.source, run)
    assert contents(tmp_path) == before


class TestAudio:
    SOUND = Sound(Path("source.mp4"), 0.0, 3.0)

    def test_the_source_keeps_its_sound(self) -> None:
        assert choose_audio("source", self.SOUND, None, 3.0) == (self.SOUND, ())
        assert choose_audio("source", None, None, 3.0) == (None, ())

    def test_the_sound_of_the_target_lasts_as_long_as_the_edit(self) -> None:
        target = Media(Path("target.mp4"), (64, 48), 8.0, 10.0, has_sound=True)
        assert choose_audio("target", self.SOUND, target, 3.0) == (Sound(Path("target.mp4"), 0.0, 3.0), ())
        assert choose_audio("none", self.SOUND, target, 3.0) == (None, ())

    def test_a_silent_target_has_a_warning(self) -> None:
        target = Media(Path("target.mp4"), (64, 48), 8.0, 10.0)
        sound, warnings = choose_audio("target", self.SOUND, target, 3.0)
        assert (sound, messages(warnings)) == (None, ("The target has no sound, so the edit is silent.",))


def test_a_result_in_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"file is a file, so .* can.t be the folder"):
        check_result_dir(tmp_path / "file" / "result")


def test_files_of_another_program_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "edited.mp4").write_text("a video of mine")
    with pytest.raises(OutputError, match=r"edited\.mp4 exists, but there is no run\.json"):
        check_result_dir(tmp_path)


def test_panels_are_side_by_side(inputs: EditInputs, edited: Clip) -> None:
    rows = zip(inputs.source.frames, edited.frames, strict=True)
    frames = list(side_by_side(("source", "edited"), rows))
    assert len(frames) == FRAMES
    np.testing.assert_array_equal(frames[1][:HEIGHT, :WIDTH], inputs.source.frames[1])
    np.testing.assert_array_equal(frames[1][:HEIGHT, WIDTH:], edited.frames[1])
    assert frames[1][HEIGHT:, :WIDTH].max() > 100
    assert frames[1][HEIGHT:, WIDTH:].max() > 100


def test_panels_of_different_sizes_get_one_height() -> None:
    large, small = np.zeros((1440, 2160, 3), np.uint8), np.zeros((32, 48, 3), np.uint8)
    assert next(side_by_side(("a", "b"), [(large, small)])).shape == (720 + 50, 2 * 1080, 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sampler": {"steps": 0}}, r"sampler: Value error, steps is 0; allowed is 1 to 1000"),
        ({"backend": "huge"}, r"backend: Input should be 'embedded' or 'full'"),
        ({"size": [1, 2, 3]}, "size"),
        ({"source": None}, "source"),
        ({"format": 2}, r"format: Input should be 1"),
        ({"warnings": "none"}, "warnings"),
        ({"sampler": {"cfg_scale": float("nan")}}, "cfg is nan"),
    ],
)
def test_a_record_with_wrong_values_is_refused(
    change: dict[str, object], message: str, tmp_path: Path, run: RunMetadata
) -> None:
    file = tmp_path / "run.json"
    file.write_text(json.dumps(json.loads(run.to_json()) | change))
    with pytest.raises(InputError, match=rf"run\.json is no run\.json: .*{message}"):
        load_run_record(file)


@pytest.mark.parametrize("text", [b"", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 100_000, b'{"source": 1e999}'])
def test_a_file_that_is_no_record_is_refused(text: bytes, tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    file.write_bytes(text)
    with pytest.raises(InputError, match=r"is no run\.json"):
        load_run_record(file)


def test_a_missing_or_huge_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        load_run_record(tmp_path / "run.json")
    with (tmp_path / "run.json").open("wb") as file:
        file.truncate(2**30)
    with pytest.raises(InputError, match="larger than any"):
        load_run_record(tmp_path / "run.json")


def test_changed_clips_are_refused(tmp_path: Path) -> None:
    clip = tmp_path / "clips" / "frame_0.png"
    clip.parent.mkdir()
    clip.write_bytes(b"one")
    folder, file = FileRecord.of(clip.parent), FileRecord.of(clip)
    assert (folder.unchanged(), file.unchanged()) == (clip.parent, clip)
    clip.write_bytes(b"two")
    for record in (folder, file):
        with pytest.raises(InputError, match="has changed since the run"):
            record.unchanged()
    clip.unlink()
    with pytest.raises(InputError, match="is missing"):
        file.unchanged()


def test_the_hash_of_a_folder_depends_on_names(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("text")
    before = sha256_of(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert sha256_of(tmp_path) != before


def test_environment_changes_name_what_changed() -> None:
    then = RunEnvironment("cpu", "float32", {"unet": "aa"}, {"torch": "2.10"})
    now = RunEnvironment("cpu", "float16", {"unet": "aa", "vae": "bb"}, {"torch": "2.11"})
    assert environment_changes(then, then) == ()
    assert messages(environment_changes(then, now)) == (
        "dtype was float32 in the first run and is float16 now.",
        "torch was 2.10 in the first run and is 2.11 now.",
        "vae was absent in the first run and is bb now.",
    )
