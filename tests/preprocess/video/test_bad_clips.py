"""Error messages for clips that can't be read."""

import pytest
from PIL import Image

from preprocess.types import InputError
from preprocess.video.probe import probe
from preprocess.video.read import read_clip

SINE = ("-f", "lavfi", "-i", "sine=d=1")


def test_missing(tmp_path):
    with pytest.raises(InputError, match="neither a file nor a folder"):
        read_clip(tmp_path / "none.mp4")


@pytest.mark.parametrize("name", ["a" * 300, "a\0b", ""])
def test_impossible_names(tmp_path, name):
    with pytest.raises(InputError):
        read_clip(f"{tmp_path}/{name}")


def test_address():
    with pytest.raises(InputError, match="on this computer"):
        read_clip("https://example.com/a.mp4")


@pytest.mark.parametrize("content", [b"", b"hello, I am a text\n" * 50, bytes(5000)])
def test_no_video(tmp_path, content):
    (tmp_path / "a.mp4").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.mp4 can't be read as a video: it is empty, damaged or"):
        read_clip(tmp_path / "a.mp4")


def test_sound_only(make):
    with pytest.raises(InputError, match="it has sound only"):
        read_clip(make("a.m4a", *SINE))


def test_a_cover_image_is_not_a_video(make, tmp_path):
    Image.new("RGB", (64, 64)).save(tmp_path / "cover.png")
    song = make(
        "a.mp3", *SINE, "-i", tmp_path / "cover.png", "-map", "0", "-map", "1", "-disposition:v", "attached_pic"
    )
    with pytest.raises(InputError, match="it has sound only"):
        read_clip(song)


def test_truncated_without_index(make_video):
    path = make_video("a.mp4", "320x240", 10, 2)
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(InputError, match="damaged"):
        read_clip(path)


def test_truncated_with_index(make_video):
    path = make_video("a.mp4", "320x240", 10, 3, "-g", "5", "-movflags", "+faststart")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    assert probe(path).frame_count == 30
    assert 5 < len(read_clip(path)) < 30


@pytest.mark.parametrize("size", ["8x64", "64x8", "8200x16"])
def test_sizes_out_of_range(make_video, size):
    path = make_video("a.mkv", size, 10, 0.2, "-c:v", "ffv1")
    with pytest.raises(InputError, match=r"allowed are 16 to 8192 a side"):
        read_clip(path)


@pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf"), 1000])
def test_rates_out_of_range(make_video, fps):
    with pytest.raises(InputError, match=r"fps is .*; allowed is 0\.1 to 240"):
        read_clip(make_video("a.mp4"), fps=fps)


@pytest.mark.parametrize("start", [-1, float("nan"), float("inf")])
def test_starts_out_of_range(make_video, start):
    with pytest.raises(InputError, match=r"The start is .* s; allowed is 0 or later"):
        read_clip(make_video("a.mp4"), start=start)


def test_start_after_the_end(make_video):
    with pytest.raises(InputError, match="no frame to read from 7 s on"):
        read_clip(make_video("a.mp4"), start=7)


def test_zero_frames(make_video):
    with pytest.raises(InputError, match="number of frames is 0"):
        read_clip(make_video("a.mp4"), max_frames=0)


@pytest.mark.parametrize(
    "script",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {}\n",
    ],
)
def test_playlists_reach_no_other_file(make_video, tmp_path, script):
    make_video("secret.mp4")
    for name in ("secret.mp4", str(tmp_path / "secret.mp4")):
        (tmp_path / "list.mp4").write_text(script.format(name))
        with pytest.raises(InputError, match="can't be read as a video"):
            read_clip(tmp_path / "list.mp4")
