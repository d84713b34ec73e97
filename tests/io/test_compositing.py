"""The edit is composited over the source's own frames."""

from pathlib import Path

import numpy as np

from motionfollower.core.config import SamplerSettings
from motionfollower.core.types import EditedClip, EditInputs, Origin
from motionfollower.io.compositing import EditLayer, feather, source_frames
from preprocess.pose.skeleton import JOINTS
from preprocess.types import Bools, Clip, Frames, MaskSequence, PoseSequence
from preprocess.video.crop import Crop
from preprocess.video.probe import probe
from preprocess.video.read import read_clip
from preprocess.video.write import write_frames

RNG = np.random.default_rng(5)


def make_inputs(frames: np.ndarray, mask: np.ndarray, origin: Origin | None = None) -> EditInputs:
    count = len(frames)
    clip = Clip(frames, 8.0)
    poses = PoseSequence(np.zeros((count, JOINTS, 2), np.float32), np.zeros((count, JOINTS), np.float32), clip.size)
    masks = MaskSequence(np.repeat(mask[None], count, axis=0), "test")
    return EditInputs(clip, poses, poses, masks, masks, origin)


def square(height: int, width: int) -> np.ndarray:
    mask = np.zeros((height, width), bool)
    mask[height // 2 - 4 : height // 2 + 4, width // 2 - 4 : width // 2 + 4] = True
    return mask


def composite(inputs: EditInputs, frames: Frames, reach: Bools | None = None, *, lock: bool = True) -> Frames:
    """An edit over the source, at the size of the source's file."""
    layer = EditLayer.of(inputs, EditedClip(Clip(frames, 8.0), SamplerSettings(), (), (), reach), lock=lock)
    return np.stack([layer.composite(source, index) for index, source in enumerate(source_frames(inputs))])


def test_the_background_is_exact_and_the_person_is_the_edit() -> None:
    source = RNG.integers(0, 256, (3, 64, 80, 3), dtype=np.uint8)
    inputs = make_inputs(source, square(64, 80))
    result = composite(inputs, 255 - source)
    assert np.array_equal(result[:, :16], source[:, :16])
    assert np.array_equal(result[:, square(64, 80)], (255 - source)[:, square(64, 80)])


def test_the_result_has_the_size_of_the_source_file(tmp_path: Path) -> None:
    """The bars of a letterboxed working clip are removed; the background is the file's, bit for bit."""
    source = RNG.integers(0, 256, (2, 90, 161, 3), dtype=np.uint8)
    write_frames(tmp_path / "clip", source)
    crop = Crop.letterbox((161, 90), (64, 64))
    working = crop.apply(read_clip(tmp_path / "clip").frames)
    inputs = make_inputs(working, square(64, 64), Origin(probe(tmp_path / "clip"), 0.0, crop))
    red = np.broadcast_to(np.array([255, 0, 0], np.uint8), working.shape).copy()
    result = composite(inputs, red)
    assert result.shape == source.shape
    assert np.array_equal(result[:, :, :40], source[:, :, :40])
    assert np.abs(result[:, 45, 80].astype(int) - [255, 0, 0]).max() <= 2


def test_feather_falls_from_one_to_zero_over_the_margin() -> None:
    weight = feather(square(64, 64), margin=4)
    row = weight[32]
    assert row[32] == 1
    assert row[36 + 3] == 1  # at the margin
    assert 0 < row[36 + 5] < 1
    assert (row[36 + 8 :] == 0).all()


def test_without_a_person_the_source_is_unchanged() -> None:
    source = RNG.integers(0, 256, (1, 32, 32, 3), dtype=np.uint8)
    inputs = make_inputs(source, np.zeros((32, 32), bool))
    (result,) = composite(inputs, 255 - source)
    assert np.array_equal(result, source[0])


def test_without_the_lock_the_edit_covers_the_frame() -> None:
    source = RNG.integers(0, 256, (2, 64, 80, 3), dtype=np.uint8)
    inputs = make_inputs(source, square(64, 80))
    result = composite(inputs, 255 - source, lock=False)
    assert np.array_equal(result, 255 - source)


def test_without_the_lock_the_edit_fades_out_before_its_reach_ends() -> None:
    grey = np.full((1, 96, 96, 3), 100, np.uint8)
    reach = np.zeros((96, 96), bool)
    reach[:, :60] = True
    (result,) = composite(make_inputs(grey, square(96, 96)), grey + 100, reach, lock=False)
    row = result[48, :, 0].astype(int)
    assert (row[:50] == 200).all()
    assert (row[60:] == 100).all()
    assert -50 <= np.diff(row[50:60]).min() < 0
