import os
import re
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from preprocess.probe import probe
from preprocess.sizes import fit_within, working_size
from preprocess.types import InputError
from preprocess.video import read_clip, stream_frames

SINE = ("-f", "lavfi", "-i", "sine=d=1")


def write_pictures(folder, names, size=(32, 24)):
    """A picture of grey 10 · i for the i-th name."""
    folder.mkdir()
    for index, name in enumerate(names):
        Image.new("RGB", size, (10 * index,) * 3).save(folder / name)
    return folder


def runs_ffmpeg():
    """Whether an ffmpeg that this process has started still runs or waits to be reaped."""
    parent_of_ffmpeg = re.compile(rf"\d+ \(ffmpeg.*\) \S {os.getpid()} ")
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if parent_of_ffmpeg.match(stat.read_text()):
                return True
    return False


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


class TestProbe:
    def test_video(self, make_video):
        media = probe(make_video("a.mp4", "64x48", 10, 1.5, *SINE, "-shortest"))
        assert (media.size, media.fps, media.has_sound) == ((64, 48), 10, True)
        assert media.duration == pytest.approx(1, abs=0.15)
        assert media.frame_count == pytest.approx(10, abs=1)

    def test_television_rates_are_exact(self, make_video):
        assert probe(make_video("a.mp4", "64x48", "24000/1001")).fps == pytest.approx(24000 / 1001, abs=1e-9)

    @pytest.mark.parametrize(("angle", "size"), [(90, (48, 64)), (-90, (48, 64)), (180, (64, 48)), (0, (64, 48))])
    def test_rotation(self, make, make_video, angle, size):
        lying = make_video("lying.mp4")
        turned = make("turned.mp4", "-display_rotation", str(angle), "-i", lying, "-c", "copy")
        assert probe(turned).size == size
        upright = np.rot90(read_clip(lying).frames, angle // 90, axes=(1, 2))
        assert np.abs(upright.astype(int) - read_clip(turned).frames).mean() < 3

    def test_pixels_that_are_not_square(self, make_video):
        media = probe(make_video("a.mp4", "64x48", 10, 1, "-vf", "setsar=2"))
        assert media.size == (128, 48)
        assert read_clip(media.path).size == (128, 48)

    def test_pictures(self, tmp_path):
        media = probe(write_pictures(tmp_path / "clip", ["a.png", "b.jpg"]))
        assert (media.size, media.fps, media.duration, media.frame_count) == ((32, 24), 8, 0.25, 2)

    def test_examples(self, shared):
        for path in (shared / "examples").glob("*.mp4"):
            assert (probe(path).size, probe(path).fps, probe(path).frame_count) == ((512, 512), 8, 24)


class TestRead:
    def test_all_frames_at_their_size(self, make_video):
        clip = read_clip(make_video("a.mp4", "64x48", 10, 1))
        assert (clip.frames.shape, clip.fps, clip.sound) == ((10, 48, 64, 3), 10, None)
        assert clip.frames.flags.writeable

    def test_odd_size(self, make_video):
        clip = read_clip(make_video("a.mkv", "67x45", 10, 1, "-c:v", "ffv1"))
        assert clip.size == (67, 45)

    @pytest.mark.parametrize("start", [0, 1 / 3, 2 / 3])
    def test_start_is_exact(self, make_video, start):
        path = make_video("a.mp4", "64x48", 30, 1.5)
        frames = read_clip(path).frames
        clip = read_clip(path, start=start, max_frames=7)
        first = round(start * 30)
        assert np.array_equal(clip.frames, frames[first : first + 7])

    @pytest.mark.parametrize(("own", "fps"), [(25, 24), (24, 12), (10, 25), (12.5, 12.5), (29.97, 8)])
    def test_a_part_is_what_it_is_in_the_whole(self, make_video, own, fps):
        path = make_video("a.mp4", "64x48", own, 6)
        frames = read_clip(path, fps=fps).frames
        for first in (1, 29, 40):
            part = read_clip(path, fps=fps, part=range(first, first + 8))
            assert np.array_equal(part.frames, frames[first : first + 8])

    def test_sound_is_the_stretch_of_the_frames(self, make_video):
        sound = read_clip(make_video("a.mp4", "64x48", 10, 1, *SINE), start=0.5, max_frames=3).sound
        assert sound is not None
        assert (sound.start, sound.duration) == (0.5, pytest.approx(0.3))

    def test_late_pictures_wait_for_their_time(self, make, make_video):
        path = make("late.mkv", "-itsoffset", "0.5", "-i", make_video("a.mp4"), *SINE, "-map", "0", "-map", "1")
        frames = read_clip(path, fps=10).frames
        assert len(frames) == 15
        assert np.array_equal(frames[0], frames[5])
        assert not np.array_equal(frames[5], frames[6])

    @pytest.mark.parametrize("fps", [5, 10, 25])
    def test_resampling(self, make_video, fps):
        clip = read_clip(make_video("a.mp4", "64x48", 10, 2), fps=fps)
        assert (len(clip), clip.fps) == (2 * fps, fps)

    def test_variable_rate_becomes_constant(self, make_video):
        # Frame n is shown at n² / 20 s: 0, 0.05, 0.2, 0.45, 0.8 s.
        uneven = ("-vf", "settb=1/100,setpts=N*N/20/TB", "-fps_mode", "vfr", "-enc_time_base", "1/100")
        path = make_video("a.mkv", "64x48", 10, 0.5, *uneven, "-c:v", "ffv1")
        frames = read_clip(path, fps=20).frames
        changes = [i for i in range(1, len(frames)) if not np.array_equal(frames[i], frames[i - 1])]
        assert changes == [1, 4, 9, 16]

    def test_scaling(self, make_video):
        path = make_video("a.mp4", "64x48")
        assert read_clip(path, size=(30, 31)).size == (30, 31)
        assert read_clip(path, max_side=32).size == (32, 24)
        assert read_clip(path, max_side=500).size == (64, 48)

    def test_one_frame(self, make_video):
        assert len(read_clip(make_video("a.mp4", "64x48", 10, 1, "-frames:v", "1"))) == 1

    @pytest.mark.parametrize("name", ["-i.mp4", "a%03d.mp4", "concat:a|b.mp4", "pipe:0.mp4", "ä 'b'.mp4"])
    def test_names_are_only_names(self, make_video, tmp_path, name):
        make_video("plain.mp4").rename(tmp_path / name)
        assert len(read_clip(tmp_path / name)) == 10

    def test_gif(self, make_video):
        assert len(read_clip(make_video("a.gif"))) == 10


class TestStream:
    def test_same_as_clip(self, make_video):
        path = make_video("a.mp4")
        streamed = list(stream_frames(path, fps=5, start=0.2, count=3, size=(32, 32)))
        clip = read_clip(path, fps=5, start=0.2, max_frames=3, size=(32, 32))
        assert np.array_equal(streamed, clip.frames)

    @pytest.mark.parametrize("count", [None, 3])
    def test_closing_frees_everything(self, make_video, count):
        path = make_video("a.mp4", "640x480", 30, 3)
        before = open_files()
        stream = stream_frames(path, count=count)
        next(stream)
        assert runs_ffmpeg()
        stream.close()
        assert not runs_ffmpeg()
        assert open_files() == before

    def test_limits(self, make_video):
        path = make_video("a.mp4")
        read_clip(path, max_seconds=1.5)
        with pytest.raises(InputError, match=r"lasts 1\.0 s; 0\.5 s are allowed"):
            read_clip(path, max_seconds=0.5)

    def test_memory_is_that_of_the_scaled_frames(self, make_video, memory_growth):
        path = make_video("a.mp4", "3840x2160", 30, 1, "-preset", "ultrafast", "-threads", "2")
        setup = "from preprocess.video import read_clip"
        work = "assert len(read_clip(sys.argv[1], max_frames=10, max_side=512)) == 10"
        assert memory_growth(setup, work, path) < 30  # MiB; decoded, ten frames take 237


class TestPictures:
    def test_natural_order(self, tmp_path):
        names = [f"frame_{i}.png" for i in range(12)]
        clip = read_clip(write_pictures(tmp_path / "clip", names))
        assert [int(frame[0, 0, 0]) for frame in clip.frames] == [10 * i for i in range(12)]
        assert clip.fps == 8

    def test_numbered_ones_are_preferred(self, tmp_path):
        folder = write_pictures(tmp_path / "clip", ["cover.png", "frame_0.png"])
        (folder / "notes.txt").write_text("no picture")
        assert read_clip(folder).frames.mean() == 10

    def test_start_rate_and_count(self, tmp_path):
        folder = write_pictures(tmp_path / "clip", [f"{i}.png" for i in range(10)])
        clip = read_clip(folder, fps=4, start=0.5, max_frames=3, size=(16, 16))
        assert [int(frame[0, 0, 0]) for frame in clip.frames] == [20, 30, 40]
        assert (clip.fps, clip.size) == (4, (16, 16))

    def test_exif_rotation(self, tmp_path):
        (tmp_path / "clip").mkdir()
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.new("RGB", (32, 24)).save(tmp_path / "clip" / "a.jpg", exif=exif)
        assert read_clip(tmp_path / "clip").size == (24, 32)

    def test_of_different_sizes(self, tmp_path):
        folder = write_pictures(tmp_path / "clip", ["a.png"])
        Image.new("RGB", (20, 20)).save(folder / "b.png")
        with pytest.raises(InputError, match=r"b\.png is 20 × 20 .* a\.png 32 × 24"):
            read_clip(folder)

    def test_damaged(self, tmp_path):
        folder = write_pictures(tmp_path / "clip", ["a.png", "b.png"], (200, 200))
        (folder / "b.png").write_bytes((folder / "b.png").read_bytes()[:90])
        with pytest.raises(InputError, match=r"b\.png can't be read"):
            read_clip(folder)

    def test_none(self, tmp_path):
        with pytest.raises(InputError, match="has no pictures"):
            read_clip(tmp_path)


class TestBadInput:
    def test_missing(self, tmp_path):
        with pytest.raises(InputError, match="no file and no folder"):
            read_clip(tmp_path / "none.mp4")

    @pytest.mark.parametrize("name", ["a" * 300, "a\0b", ""])
    def test_impossible_names(self, tmp_path, name):
        with pytest.raises(InputError):
            read_clip(f"{tmp_path}/{name}")

    def test_address(self):
        with pytest.raises(InputError, match="on this computer"):
            read_clip("https://example.com/a.mp4")

    @pytest.mark.parametrize("content", [b"", b"hello, I am a text\n" * 50, bytes(5000)])
    def test_no_video(self, tmp_path, content):
        (tmp_path / "a.mp4").write_bytes(content)
        with pytest.raises(InputError, match=r"a\.mp4 can't be read as a video: it is empty, damaged or"):
            read_clip(tmp_path / "a.mp4")

    def test_sound_only(self, make):
        with pytest.raises(InputError, match="it has sound only"):
            read_clip(make("a.m4a", *SINE))

    def test_cover_picture_is_no_video(self, make, tmp_path):
        Image.new("RGB", (64, 64)).save(tmp_path / "cover.png")
        song = make(
            "a.mp3", *SINE, "-i", tmp_path / "cover.png", "-map", "0", "-map", "1", "-disposition:v", "attached_pic"
        )
        with pytest.raises(InputError, match="it has sound only"):
            read_clip(song)

    def test_truncated_without_index(self, make_video):
        path = make_video("a.mp4", "320x240", 10, 2)
        path.write_bytes(path.read_bytes()[:-2000])
        with pytest.raises(InputError, match="damaged"):
            read_clip(path)

    def test_truncated_with_index(self, make_video):
        path = make_video("a.mp4", "320x240", 10, 3, "-g", "5", "-movflags", "+faststart")
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
        assert probe(path).frame_count == 30
        assert 5 < len(read_clip(path)) < 30

    @pytest.mark.parametrize("size", ["8x64", "64x8", "8200x16"])
    def test_sizes_out_of_range(self, make_video, size):
        path = make_video("a.mkv", size, 10, 0.2, "-c:v", "ffv1")
        with pytest.raises(InputError, match=r"allowed are 16 to 8192 a side"):
            read_clip(path)

    @pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf"), 1000])
    def test_rates_out_of_range(self, make_video, fps):
        with pytest.raises(InputError, match=r"fps is .*; allowed is 0\.1 to 240"):
            read_clip(make_video("a.mp4"), fps=fps)

    @pytest.mark.parametrize("start", [-1, float("nan"), float("inf")])
    def test_starts_out_of_range(self, make_video, start):
        with pytest.raises(InputError, match=r"The start is .* s; allowed is 0 or later"):
            read_clip(make_video("a.mp4"), start=start)

    def test_start_after_the_end(self, make_video):
        with pytest.raises(InputError, match="no picture to read from 7 s on"):
            read_clip(make_video("a.mp4"), start=7)

    def test_no_frames_wanted(self, make_video):
        with pytest.raises(InputError, match="number of frames is 0"):
            read_clip(make_video("a.mp4"), max_frames=0)

    @pytest.mark.parametrize(
        "script",
        [
            "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{}\n#EXT-X-ENDLIST\n",
            "ffconcat version 1.0\nfile {}\n",
        ],
    )
    def test_playlists_reach_no_other_file(self, make_video, tmp_path, script):
        make_video("secret.mp4")
        for name in ("secret.mp4", str(tmp_path / "secret.mp4")):
            (tmp_path / "list.mp4").write_text(script.format(name))
            with pytest.raises(InputError, match="can't be read as a video"):
                read_clip(tmp_path / "list.mp4")


class TestSizes:
    @pytest.mark.parametrize(
        ("size", "expected"),
        [((512, 512), (512, 512)), ((1080, 1920), (384, 704)), ((1920, 1080), (704, 384)), ((8000, 16), (1024, 256))],
    )
    def test_working_size(self, size, expected):
        assert working_size(size) == expected

    def test_working_size_is_in_whole_multiples(self):
        rng = np.random.default_rng(0)
        for width, height in rng.integers(16, 8192, (200, 2)):
            size = working_size((int(width), int(height)), area=128 * 128, multiple=32)
            assert size[0] % 32 == size[1] % 32 == 0
            assert 0.5 < size[0] * size[1] / 128**2 < 2

    def test_fit_within(self):
        assert fit_within((1920, 1080), 960) == (960, 540)
        assert fit_within((100, 50), 960) == (100, 50)
        assert fit_within((8192, 16), 256) == (256, 1)
