"""Videos with sound, gifs and image folders: what is written comes back, and failures leave nothing behind."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

from preprocess.types import InputError, OutputError, Sound
from preprocess.video.probe import probe
from preprocess.video.read import read_clip
from preprocess.video.write import write_frames, write_gif, write_video


def moving(count=10, size=(64, 48)):
    """A bright square that moves over a colour gradient."""
    x, y = np.meshgrid(np.linspace(0, 200, size[0]), np.linspace(0, 200, size[1]))
    for index in range(count):
        frame = np.stack([x, y, 200 - x], axis=-1).astype(np.uint8)
        frame[10:20, 2 * index : 2 * index + 10] = (250, 40, 90)
        yield frame


def failing(error):
    yield from moving(5)
    raise error


def decoded_sound(path):
    """The sound of a file as f32 samples at 8 kHz."""
    arguments = ["-v", "error", "-i", path, "-map", "0:a", "-ac", "1", "-ar", "8000", "-f", "f32le", "pipe:1"]
    return np.frombuffer(subprocess.run([get_ffmpeg_exe(), *arguments], capture_output=True, check=True).stdout, "f4")


@pytest.fixture
def beep(make):
    """A file of 3 s with a tone from second 1 on."""
    return make("beep.wav", "-f", "lavfi", "-i", "sine=440:d=2,adelay=1000", "-ar", "8000")


class TestVideo:
    def test_frames_come_back(self, tmp_path):
        write_video(tmp_path / "a.mp4", moving(), 12.5)
        clip = read_clip(tmp_path / "a.mp4")
        assert (len(clip), clip.fps, clip.size, clip.sound) == (10, 12.5, (64, 48), None)
        assert np.abs(clip.frames.astype(int) - np.stack(list(moving()))).mean() < 3

    def test_colours_come_back(self, tmp_path):
        colours = np.random.default_rng(0).integers(0, 256, (8, 3), dtype=np.uint8)
        frames = [np.full((48, 64, 3), colour, np.uint8) for colour in colours]
        write_video(tmp_path / "a.mp4", frames, 10)
        read = read_clip(tmp_path / "a.mp4").frames[:, 24, 32]
        assert np.abs(read.astype(int) - colours).max() <= 4

    def test_codec_and_tags(self, tmp_path):
        write_video(tmp_path / "a.mp4", moving(), 10)
        description = subprocess.run(
            [get_ffmpeg_exe(), "-i", tmp_path / "a.mp4"], capture_output=True, text=True
        ).stderr
        assert "h264" in description
        assert "yuv420p(tv, bt709" in description
        content = (tmp_path / "a.mp4").read_bytes()
        assert content.index(b"moov") < content.index(b"mdat")

    def test_odd_sizes_are_padded(self, tmp_path):
        write_video(tmp_path / "a.mp4", moving(size=(65, 47)), 10)
        clip = read_clip(tmp_path / "a.mp4")
        assert clip.size == (66, 48)
        expected = np.stack(list(moving(size=(65, 47))))
        assert np.abs(clip.frames[:, :47, :65].astype(int) - expected).mean() < 3

    def test_one_frame(self, tmp_path):
        write_video(tmp_path / "a.mp4", moving(1), 10)
        assert len(read_clip(tmp_path / "a.mp4")) == 1

    def test_views_are_written(self, tmp_path):
        write_video(tmp_path / "a.mp4", (frame[:, ::-1] for frame in moving()), 10)
        mirrored = read_clip(tmp_path / "a.mp4").frames[:, :, ::-1]
        assert np.abs(mirrored.astype(int) - np.stack(list(moving()))).mean() < 3

    def test_ntsc_rates_come_back(self, tmp_path):
        write_video(tmp_path / "a.mp4", moving(), 30000 / 1001)
        assert probe(tmp_path / "a.mp4").fps == pytest.approx(30000 / 1001)

    def test_no_temporary_file_is_left(self, tmp_path):
        write_video(tmp_path / "a.mp4", moving(), 10)
        assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


class TestSound:
    @pytest.mark.parametrize(("start", "onset"), [(0, 1), (0.6, 0.4), (1.5, 0)])
    def test_in_sync(self, tmp_path, beep, start, onset):
        write_video(tmp_path / "a.mp4", moving(15), 10, Sound(beep, start, 1.5))
        sound = decoded_sound(tmp_path / "a.mp4")
        assert len(sound) / 8000 == pytest.approx(1.5, abs=0.05)
        assert np.argmax(np.abs(sound) > 0.03) / 8000 == pytest.approx(onset, abs=0.02)
        assert probe(tmp_path / "a.mp4").duration == pytest.approx(1.5, abs=0.05)

    def test_shorter_than_the_video(self, tmp_path, beep):
        write_video(tmp_path / "a.mp4", moving(15), 10, Sound(beep, 2.5, 1.5))
        sound = np.abs(decoded_sound(tmp_path / "a.mp4"))
        assert len(read_clip(tmp_path / "a.mp4")) == 15
        assert sound[:3000].max() > 0.03
        assert sound[5000:].max() < 0.01

    def test_ends_before_the_start(self, tmp_path, beep):
        write_video(tmp_path / "a.mp4", moving(15), 10, Sound(beep, 9, 1.5))
        assert len(read_clip(tmp_path / "a.mp4")) == 15

    def test_missing_file(self, tmp_path):
        with pytest.raises(InputError, match=r"none\.wav can't be opened"):
            write_video(tmp_path / "a.mp4", moving(), 10, Sound(tmp_path / "none.wav", 0, 1))
        assert not list(tmp_path.iterdir())

    def test_of_a_read_clip(self, tmp_path, make_video):
        source = make_video("source.mp4", "64x48", 10, 2, "-f", "lavfi", "-i", "sine=d=2")
        clip = read_clip(source, start=0.5, max_frames=10)
        write_video(tmp_path / "a.mp4", clip.frames, clip.fps, clip.sound)
        assert len(decoded_sound(tmp_path / "a.mp4")) / 8000 == pytest.approx(1, abs=0.05)


class TestFailure:
    @pytest.mark.parametrize("error", [RuntimeError("broken"), KeyboardInterrupt(), GeneratorExit()])
    @pytest.mark.parametrize("write", [write_video, write_gif])
    def test_of_the_frames_keeps_the_old_result(self, tmp_path, write, error):
        (tmp_path / "a").write_text("old")
        with pytest.raises(type(error)):
            write(tmp_path / "a", failing(error), 10)
        assert [path.name for path in tmp_path.iterdir()] == ["a"]
        assert (tmp_path / "a").read_text() == "old"

    def test_no_frames(self, tmp_path):
        with pytest.raises(InputError, match="no frames"):
            write_video(tmp_path / "a.mp4", [], 10)

    def test_frames_of_different_sizes_are_an_error(self, tmp_path):
        frames = [np.zeros((48, 64, 3), np.uint8), np.zeros((64, 48, 3), np.uint8)]
        with pytest.raises(ValueError, match="where the first is"):
            write_video(tmp_path / "a.mp4", frames, 10)
        assert not list(tmp_path.iterdir())

    def test_no_such_folder(self, tmp_path):
        with pytest.raises(OutputError, match=r"a\.mp4 can't be written: No such file"):
            write_video(tmp_path / "none" / "a.mp4", moving(), 10)

    def test_a_folder_has_the_name(self, tmp_path):
        (tmp_path / "a.mp4").mkdir()
        with pytest.raises(OutputError, match="can't be written"):
            write_video(tmp_path / "a.mp4", moving(), 10)
        assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]

    def test_ffmpeg_fails(self, tmp_path):
        with pytest.raises(OutputError, match="can't be written"):
            write_video(tmp_path / "a.mp4", moving(), float("nan"))
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize(
        "call", ["write_video(path, frames, 10)", "write_gif(path, frames, 10)", "write_frames(path, frames)"]
    )
    def test_full_disk(self, tmp_path, call):
        """A file size limit simulates a full disk: 20 frames of noise need more than 20 kB."""
        program = (
            "import sys, numpy as np, resource, signal\n"
            "from preprocess.types import OutputError\n"
            "from preprocess.video.write import *\n"
            "path = sys.argv[1]\n"
            "frames = np.random.default_rng(0).integers(0, 256, (20, 128, 128, 3), dtype=np.uint8)\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
            f"try: {call}\n"
            "except OutputError as error: print(error)"
        )
        run = subprocess.run([sys.executable, "-c", program, tmp_path / "a"], capture_output=True, text=True)
        assert "can't be written" in run.stdout, run.stderr
        assert not list(tmp_path.iterdir())

    def test_memory_does_not_grow_with_length(self, tmp_path, memory_growth):
        setup = "import numpy as np; from preprocess.video.write import write_video"
        work = "write_video(sys.argv[1], (np.zeros((360, 640, 3), np.uint8) for _ in range(200)), 30)"
        assert memory_growth(setup, work, tmp_path / "a.mp4") < 30  # MiB; all frames take 132


class TestGif:
    def test_frames_come_back(self, tmp_path):
        write_gif(tmp_path / "a.gif", moving(), 10)
        with Image.open(tmp_path / "a.gif") as gif:
            assert (gif.n_frames, gif.size, gif.info["duration"], gif.info["loop"]) == (10, (64, 48), 100, 0)
        expected = np.stack(list(moving()))
        assert np.abs(read_clip(tmp_path / "a.gif").frames.astype(int) - expected).mean() < 8


class TestFrames:
    def test_frames_come_back(self, tmp_path):
        write_frames(tmp_path / "frames", moving(12))
        clip = read_clip(tmp_path / "frames")
        assert np.array_equal(clip.frames, np.stack(list(moving(12))))

    def test_masks(self, tmp_path):
        write_frames(tmp_path / "masks", [np.full((4, 5), 255, np.uint8)], name="mask_{}.png")
        with Image.open(tmp_path / "masks" / "mask_0.png") as image:
            assert (image.mode, image.size) == ("L", (5, 4))

    def test_old_frames_are_replaced(self, tmp_path):
        write_frames(tmp_path / "frames", moving(12))
        write_frames(tmp_path / "frames", moving(3))
        assert sorted(path.name for path in (tmp_path / "frames").iterdir()) == [f"frame_{i}.png" for i in range(3)]
        assert len(list(tmp_path.iterdir())) == 1

    def test_other_files_are_not(self, tmp_path):
        (tmp_path / "thesis.txt").write_text("years of work")
        with pytest.raises(OutputError, match="holds other files"):
            write_frames(tmp_path, moving())
        assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]

    def test_failure_keeps_the_old_frames(self, tmp_path):
        write_frames(tmp_path / "frames", moving(2))
        with pytest.raises(KeyboardInterrupt):
            write_frames(tmp_path / "frames", failing(KeyboardInterrupt()))
        assert len(list((tmp_path / "frames").iterdir())) == 2
        assert len(list(tmp_path.iterdir())) == 1

    def test_no_such_folder(self, tmp_path):
        with pytest.raises(OutputError, match="can't be written"):
            write_frames(tmp_path / "none" / "frames", moving())

    def test_a_file_has_the_name(self, tmp_path):
        Path(tmp_path / "frames").write_text("a file")
        with pytest.raises(OutputError, match="can't be written"):
            write_frames(tmp_path / "frames", moving())
        assert (tmp_path / "frames").read_text() == "a file"
