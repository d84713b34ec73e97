"""Unusable clips are refused with one message; partly usable ones are edited with a warning."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from preprocess.video.probe import probe
from preprocess.video.read import read_clip
from tests.cli.commands import Outcome, run, succeed
from tests.cli.conftest import MIA, MakeClip

SMALL = ("--size", "96x128")
HELP = "Give a video file (mp4, mov, webm, …) or a folder of images on this computer."


@pytest.fixture
def refuse(source: Path, target: Path, tmp_path: Path) -> object:
    """The error for a clip, the same for both roles and commands; nothing is written."""

    def refuse(clip: Path) -> str:
        as_source = run("edit", clip, target, "-o", tmp_path / "result", *SMALL).error
        as_target = run("prepare", source, clip, "-o", tmp_path / "result", *SMALL).error
        assert not (tmp_path / "result").exists()
        assert as_target == as_source.replace("source", "target")
        return as_source

    return refuse


class TestRefused:
    @pytest.mark.parametrize("content", [b"", b"hello", bytes(range(256)) * 20], ids=["empty", "text", "noise"])
    def test_no_video(self, refuse, tmp_path, content):
        (tmp_path / "a.mp4").write_bytes(content)
        assert refuse(tmp_path / "a.mp4") == (
            f"a.mp4 can't be read as a video: it is empty, damaged or of an unknown kind. {HELP}"
        )

    @pytest.mark.parametrize("name", ["a.m4a", "a.mp4", "a.wav"])
    def test_sound_only(self, refuse, make: MakeClip, name):
        clip = make(name, "-f", "lavfi", "-i", "sine=d=0.2")
        assert refuse(clip) == f"{name} can't be read as a video: it has sound only. {HELP}"

    def test_truncated_before_its_index(self, refuse, make: MakeClip, source):
        clip = make("a.mp4", "-i", source, "-c", "copy")  # the index comes last
        clip.write_bytes(clip.read_bytes()[:-3000])
        assert refuse(clip).startswith("a.mp4 can't be read as a video: it is empty, damaged")

    def test_not_there(self, refuse, tmp_path):
        assert refuse(tmp_path / "a.mp4") == f"{tmp_path / 'a.mp4'} is neither a file nor a folder. {HELP}"

    def test_a_device(self, refuse):
        assert refuse(Path("/dev/zero")) == f"/dev/zero is neither a file nor a folder. {HELP}"

    def test_a_folder_without_images(self, refuse, tmp_path):
        (tmp_path / "frames").mkdir()
        assert refuse(tmp_path / "frames") == f"The folder frames has no images. {HELP}"

    def test_no_person(self, refuse, make: MakeClip):
        clip = make("a.mp4", "-f", "lavfi", "-i", "color=teal:s=96x128:r=8:d=0.3")
        message = refuse(clip)
        assert message.startswith("The source clip: No person was found in the clip (frames searched: ")
        assert message.endswith("Choose another clip or another part of it.")

    @pytest.mark.parametrize(("size", "shown"), [("8:8", "8 × 8"), ("8194:64", "8194 × 64")])
    def test_sizes_out_of_range(self, refuse, make: MakeClip, source, size, shown):
        clip = make("a.mp4", "-i", source, "-an", "-vf", f"scale={size},setsar=1", "-frames:v", "1")
        assert refuse(clip) == f"a.mp4 is {shown} pixels; allowed are 16 to 8192 a side. Scale it first."


@pytest.fixture
def edit_of(target: Path, tmp_path: Path) -> object:
    """Edits a clip; the result is in the folder `result`."""

    def edit(clip: Path, *options: str) -> Outcome:
        return succeed("edit", clip, target, "-o", tmp_path / "result", *SMALL, *options)

    return edit


def prepare(source: Path, target: Path, folder: Path, *options: str) -> Outcome:
    return succeed("prepare", source, target, "-o", folder / "case", *SMALL, *options)


def frames(folder: Path) -> int:
    return len(list(folder.glob("frame_*.png")))


class TestUsed:
    def test_one_frame(self, edit_of, make: MakeClip, source, tmp_path):
        clip = make("a.mp4", "-i", source, "-an", "-frames:v", "1")
        edit_of(clip)
        assert len(read_clip(tmp_path / "result" / "edited.mp4")) == frames(tmp_path / "result" / "frames") == 1

    def test_truncated_after_its_index(self, target, make: MakeClip, tmp_path):
        clip = make("a.mp4", "-i", MIA, "-c", "copy", "-movflags", "+faststart")
        clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 6])
        assert prepare(clip, target, tmp_path).notes[0].startswith("Source: The video ends after 0.")
        assert 0 < frames(tmp_path / "case" / "source_images") < 24

    def test_a_person_who_leaves(self, edit_of, make: MakeClip, source, tmp_path):
        clip = make("a.mp4", "-i", source, "-vf", "drawbox=enable='gte(n,2)':c=gray:t=fill:w=iw:h=ih", "-crf", 1)
        notes = edit_of(clip, "--guidance", "1").notes
        assert notes[0] == "Source: No person found in frame 2 of the clip; nothing is edited there."
        assert "Source: The mask is empty in frame 2: score guidance skipped them." in notes
        assert (
            np.ptp(read_clip(tmp_path / "result" / "frames").frames[2, :, :5]) < 8
        )  # the frame is unedited: still grey

    def test_a_target_who_leaves(self, target, make: MakeClip, source, tmp_path):
        clip = make("a.mp4", "-i", target, "-vf", "drawbox=enable='gte(n,3)':c=gray:t=fill:w=iw:h=ih")
        notes = prepare(source, clip, tmp_path).notes
        assert notes[0] == "Target: No person found in frame 2 of the clip; nothing is edited there."

    def test_two_people(self, target, make: MakeClip, tmp_path):
        halves = "[0]crop=256:512[a];[0]crop=256:512,hflip[b];[a][b]hstack,scale=128:128"
        clip = make("a.mp4", "-i", MIA, "-filter_complex", halves, "-frames:v", "2")
        options = ("--size", "256x256", "--frames", "1")
        assert (
            "Source: More than one person is visible; the largest one is followed."
            in prepare(clip, target, tmp_path, *options).notes
        )

    def test_a_shorter_target(self, source, make: MakeClip, target, tmp_path):
        clip = make("a.mp4", "-i", target, "-t", "0.16")
        succeeded = succeed("edit", source, clip, "-o", tmp_path / "result", *SMALL)
        assert succeeded.notes[0] == "The target ends first: the edit has 2 of the source's 3 frames."
        assert len(read_clip(tmp_path / "result" / "edited.mp4")) == 2
        assert probe(tmp_path / "result" / "edited.mp4").duration == pytest.approx(2 / 12.5, abs=0.05)

    def test_an_8k_image(self, target, make: MakeClip, tmp_path):
        with Image.open(make("a.png", "-i", MIA, "-frames:v", "1")) as image:
            (tmp_path / "large").mkdir()
            image.resize((7680, 4320)).save(tmp_path / "large" / "a.jpg")
        assert prepare(tmp_path / "large", target, tmp_path, "--size", "128x64").notes == []
        assert probe(tmp_path / "case" / "source_images").size == (128, 64)


class TestRotated:
    """A portrait video from a phone: landscape frames with rotation metadata."""

    @pytest.fixture
    def phone(self, make: MakeClip, source: Path) -> Path:
        rotated = make("rotated.mp4", "-i", source, "-vf", "transpose=1", "-crf", "10")
        return make("a.mp4", "-display_rotation:v", "90", "-i", rotated, "-c", "copy")

    def test_the_result_has_the_displayed_orientation(self, edit_of, phone, source, edited, tmp_path):
        assert probe(phone).size == probe(source).size == (96, 128)
        edit_of(phone)
        frames = read_clip(tmp_path / "result" / "edited.mp4").frames.astype(int)
        upright = read_clip(edited.folder / "edited.mp4").frames
        assert frames.shape == upright.shape
        assert np.abs(frames - upright).mean() < 8
