"""Redo some frames of an earlier result."""

from pathlib import Path

import numpy as np
import pytest

from motionfollower.core.config import Redo
from motionfollower.core.errors import InputError, OutputError, SettingsError
from motionfollower.io.redo import CONTEXT, FADE, blend_weights, check_redo, frames_to_sample, stitch
from motionfollower.io.result import ResultFiles
from preprocess.types import Frames
from preprocess.video.write import write_frames

COUNT = 24


@pytest.fixture
def earlier(tmp_path: Path) -> Frames:
    """The frames of a result in `tmp_path`."""
    frames = np.random.default_rng(3).integers(0, 255, (COUNT, 20, 32, 3), dtype=np.uint8)
    write_frames(ResultFiles(tmp_path).frames, frames)
    return frames


def test_frames_outside_the_range_stay_bit_for_bit(earlier: Frames, tmp_path: Path) -> None:
    source, new = earlier // 2, 255 - earlier
    rows = list(stitch(Redo(8, 15, tmp_path), zip(source, new, strict=True), COUNT))
    assert np.array_equal(np.stack([original for original, _ in rows]), source)
    stitched = np.stack([edited for _, edited in rows])
    assert np.array_equal(stitched[:8], earlier[:8])
    assert np.array_equal(stitched[16:], earlier[16:])
    assert np.array_equal(stitched[8 + FADE : 16 - FADE], new[8 + FADE : 16 - FADE])


@pytest.mark.parametrize(("first", "last"), [(8, 15), (0, 9), (12, 23), (0, 23), (5, 5), (5, 6), (0, 0)])
def test_new_frames_are_faded_in_and_out_except_at_the_ends_of_the_clip(first: int, last: int) -> None:
    weights = blend_weights(Redo(first, last, Path()), COUNT)
    assert (weights[first : last + 1] > 0).all()
    assert (np.delete(weights, range(first, last + 1)) == 0).all()
    assert weights.max() == 1
    longest = 1 / (min(FADE, (last - first) // 2) + 1) + 1e-6
    assert np.abs(np.diff(weights)).max(initial=0) <= longest
    assert first > 0 or weights[0] == 1
    assert last < COUNT - 1 or weights[-1] == 1


def test_context_frames_beside_the_range_are_sampled_too() -> None:
    assert frames_to_sample(Redo(10, 11, Path()), COUNT) == range(10 - CONTEXT, 12 + CONTEXT)
    assert frames_to_sample(Redo(2, 22, Path()), COUNT) == range(COUNT)


@pytest.mark.parametrize(("first", "last"), [(-1, 3), (4, 3)])
def test_a_range_that_starts_after_its_end_is_refused(first: int, last: int) -> None:
    with pytest.raises(SettingsError, match="FIRST-LAST"):
        Redo(first, last, Path())


def test_a_range_beyond_the_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="redo is 20-24; allowed is frames 0 to 23"):
        check_redo(Redo(20, 24, tmp_path), COUNT, (32, 20), tmp_path / "new")


@pytest.mark.usefixtures("earlier")
def test_a_result_with_other_frames_is_refused(tmp_path: Path) -> None:
    check_redo(Redo(1, 2, tmp_path), COUNT, (32, 20), tmp_path / "new")
    with pytest.raises(InputError, match="has 24 frames"):
        check_redo(Redo(1, 2, tmp_path), COUNT - 1, (32, 20), tmp_path / "new")
    with pytest.raises(InputError, match="has 24 frames"):
        check_redo(Redo(1, 2, tmp_path), COUNT, (64, 40), tmp_path / "new")


@pytest.mark.usefixtures("earlier")
def test_the_earlier_result_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="holds the earlier result"):
        check_redo(Redo(1, 2, tmp_path), COUNT, (32, 20), tmp_path)


@pytest.mark.usefixtures("earlier")
@pytest.mark.parametrize("count", [COUNT - 1, COUNT + 1])
def test_pairs_of_another_number_are_an_error(count: int, tmp_path: Path) -> None:
    frame = np.zeros((20, 32, 3), np.uint8)
    with pytest.raises(ValueError, match="zip"):
        list(stitch(Redo(8, 15, tmp_path), [(frame, frame)] * count, COUNT))
