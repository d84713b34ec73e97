"""Videos decoded as clips, whole and in part, and streamed."""

import os
import re
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from preprocess.types import InputError
from preprocess.video import ffmpeg
from preprocess.video.probe import probe
from preprocess.video.read import read_clip, stream_frames

SINE = ("-f", "lavfi", "-i", "sine=d=1")


def runs_ffmpeg():
    """Whether an ffmpeg child of this process is still running or not reaped."""
    parent_of_ffmpeg = re.compile(rf"\d+ \(ffmpeg.*\) \S {os.getpid()} ")
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if parent_of_ffmpeg.match(stat.read_text()):
                return True
    return False


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


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
    def test_a_part_is_identical_to_the_whole_clip(self, make_video, own, fps):
        path = make_video("a.mp4", "64x48", own, 6)
        frames = read_clip(path, fps=fps).frames
        for first in (1, 29, 40):
            part = read_clip(path, fps=fps, part=range(first, first + 8))
            assert np.array_equal(part.frames, frames[first : first + 8])

    def test_sound_spans_the_frames(self, make_video):
        sound = read_clip(make_video("a.mp4", "64x48", 10, 1, *SINE), start=0.5, max_frames=3).sound
        assert sound is not None
        assert (sound.start, sound.duration) == (0.5, pytest.approx(0.3))

    def test_a_late_video_stream_repeats_its_first_frame(self, make, make_video):
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
    def test_names_are_never_interpreted(self, make_video, tmp_path, name):
        make_video("plain.mp4").rename(tmp_path / name)
        assert len(read_clip(tmp_path / name)) == 10

    def test_gif(self, make_video):
        assert len(read_clip(make_video("a.gif"))) == 10


class TestProbes:
    @pytest.fixture
    def probes(self, monkeypatch):
        """The files that ffmpeg was started for to describe them."""
        described, describe = [], ffmpeg.describe
        monkeypatch.setattr(ffmpeg, "describe", lambda file: described.append(file.name) or describe(file))
        return described

    def test_a_media_is_not_probed_again(self, make_video, probes):
        media = probe(make_video("a.mp4"))
        assert np.array_equal(read_clip(media).frames, list(stream_frames(media)))
        assert len(read_clip(media, start=0.2, max_frames=3, size=(32, 32))) == 3
        assert len(probes) == 1

    def test_a_path_is_probed_once(self, make_video, probes):
        path = make_video("a.mp4")
        read_clip(path)
        list(stream_frames(str(path)))
        assert len(probes) == 2


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
        setup = "from preprocess.video.read import read_clip"
        work = "assert len(read_clip(sys.argv[1], max_frames=10, max_side=512)) == 10"
        assert memory_growth(setup, work, path) < 30  # MiB; ten full-size frames take 237
