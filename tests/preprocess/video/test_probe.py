"""Probing a file before it is decoded."""

import numpy as np
import pytest

from preprocess.video.probe import probe
from preprocess.video.read import read_clip

SINE = ("-f", "lavfi", "-i", "sine=d=1")


def test_video(make_video):
    media = probe(make_video("a.mp4", "64x48", 10, 1.5, *SINE, "-shortest"))
    assert (media.size, media.fps, media.has_sound) == ((64, 48), 10, True)
    assert media.duration == pytest.approx(1, abs=0.15)
    assert media.frame_count == pytest.approx(10, abs=1)


def test_ntsc_rates_are_exact(make_video):
    assert probe(make_video("a.mp4", "64x48", "24000/1001")).fps == pytest.approx(24000 / 1001, abs=1e-9)


@pytest.mark.parametrize(("angle", "size"), [(90, (48, 64)), (-90, (48, 64)), (180, (64, 48)), (0, (64, 48))])
def test_rotation(make, make_video, angle, size):
    stored = make_video("stored.mp4")
    turned = make("turned.mp4", "-display_rotation", str(angle), "-i", stored, "-c", "copy")
    assert probe(turned).size == size
    upright = np.rot90(read_clip(stored).frames, angle // 90, axes=(1, 2))
    assert np.abs(upright.astype(int) - read_clip(turned).frames).mean() < 3


def test_pixels_that_are_not_square(make_video):
    media = probe(make_video("a.mp4", "64x48", 10, 1, "-vf", "setsar=2"))
    assert media.size == (128, 48)
    assert read_clip(media.path).size == (128, 48)


def test_examples(shared):
    for path in (shared / "examples").glob("*.mp4"):
        assert (probe(path).size, probe(path).fps, probe(path).frame_count) == ((512, 512), 8, 24)
