"""Image folders, read as clips."""

import struct
import zlib

import pytest
from PIL import Image

from preprocess.types import InputError
from preprocess.video.probe import probe
from preprocess.video.read import read_clip

PNG = b"\x89PNG\r\n\x1a\n"


def write_images(folder, names, size=(32, 24)):
    """An image of grey level 10 · i for the i-th name."""
    folder.mkdir()
    for index, name in enumerate(names):
        Image.new("RGB", size, (10 * index,) * 3).save(folder / name)
    return folder


def test_probe(tmp_path):
    media = probe(write_images(tmp_path / "clip", ["a.png", "b.jpg"]))
    assert (media.size, media.fps, media.duration, media.frame_count) == ((32, 24), 8, 0.25, 2)


def test_natural_order(tmp_path):
    names = [f"frame_{i}.png" for i in range(12)]
    clip = read_clip(write_images(tmp_path / "clip", names))
    assert [int(frame[0, 0, 0]) for frame in clip.frames] == [10 * i for i in range(12)]
    assert clip.fps == 8


def test_numbered_frames_are_preferred(tmp_path):
    folder = write_images(tmp_path / "clip", ["cover.png", "frame_0.png"])
    (folder / "notes.txt").write_text("not an image")
    assert read_clip(folder).frames.mean() == 10


def test_start_rate_and_count(tmp_path):
    folder = write_images(tmp_path / "clip", [f"{i}.png" for i in range(10)])
    clip = read_clip(folder, fps=4, start=0.5, max_frames=3, size=(16, 16))
    assert [int(frame[0, 0, 0]) for frame in clip.frames] == [20, 30, 40]
    assert (clip.fps, clip.size) == (4, (16, 16))


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_exif_rotation(tmp_path, suffix):
    (tmp_path / "clip").mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (32, 24)).save(tmp_path / "clip" / f"a.{suffix}", exif=exif)
    assert read_clip(tmp_path / "clip").size == (24, 32)


def test_of_different_sizes(tmp_path):
    folder = write_images(tmp_path / "clip", ["a.png"])
    Image.new("RGB", (20, 20)).save(folder / "b.png")
    with pytest.raises(InputError, match=r"b\.png is 20 × 20 .* a\.png 32 × 24"):
        read_clip(folder)


def test_damaged(tmp_path):
    folder = write_images(tmp_path / "clip", ["a.png", "b.png"], (200, 200))
    (folder / "b.png").write_bytes((folder / "b.png").read_bytes()[:90])
    with pytest.raises(InputError, match=r"b\.png can't be read"):
        read_clip(folder)


@pytest.mark.parametrize(
    ("side", "message"), [(8200, r"is 8200 × 8200 pixels; allowed are 16 to 8192"), (60000, r"a\.png is too large")]
)
def test_a_size_is_refused_by_the_header(tmp_path, side, message):
    folder = write_images(tmp_path / "clip", ["a.png"])
    header = b"IHDR" + struct.pack(">2I", side, side) + b"\x08\x02\x00\x00\x00"
    end = zlib.crc32(header).to_bytes(4)
    (folder / "a.png").write_bytes(PNG + b"\x00\x00\x00\x0d" + header + end + b"\x00\x00\x01\x00IDAT")
    with pytest.raises(InputError, match=message):
        probe(folder)


def test_none(tmp_path):
    with pytest.raises(InputError, match="has no images"):
        read_clip(tmp_path)
