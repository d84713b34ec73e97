"""Shots, camera travel and filled backgrounds, against known scenes with static and moving cameras."""

import cv2
import numpy as np
import pytest

from preprocess.background.camera_motion import find_shots
from preprocess.background.camera_travel import camera_travel
from preprocess.background.fill import fill_background, person_holes
from preprocess.types import Bools, Clip, Floats, Frames, MaskSequence

SIZE = (240, 160)
FRAMES = 12
FIGURE = (220, 30, 40)


def scene(seed: int = 3) -> np.ndarray:
    """A wide wall of smooth, coloured patches, uint8 [220, 480, 3]."""
    coarse = np.random.default_rng(seed).integers(20, 236, (22, 48, 3), np.uint8)
    return cv2.resize(coarse, (480, 220), interpolation=cv2.INTER_CUBIC)


def pan(pixels: float, seed: int = 3) -> Frames:
    """The frames of a camera that moves to the right by this many pixels per frame."""
    wall = scene(seed)
    views = [np.float32([[1, 0, -20 - pixels * index], [0, 1, -30]]) for index in range(FRAMES)]
    return np.stack([cv2.warpAffine(wall, view, SIZE, flags=cv2.INTER_LINEAR) for view in views])


def walker() -> Bools:
    """Masks of a figure that moves to the right, bool [F, H, W]."""
    masks = np.zeros((FRAMES, *SIZE[::-1]), bool)
    for index in range(FRAMES):
        masks[index, 50:140, 40 + 10 * index : 70 + 10 * index] = True
    return masks


def with_figure(background: Frames, masks: Bools) -> Frames:
    return np.where(masks[..., None], np.array(FIGURE, np.uint8), background)


def fill(frames: Frames, masks: Bools) -> Frames:
    return np.stack(list(fill_background(Clip(frames, 8), MaskSequence(masks, "test"))))


def errors(filled: Frames, truth: Frames, where: Bools) -> Floats:
    return np.abs(filled.astype(np.float32) - truth)[where]


@pytest.mark.parametrize("pixels", [0, 3.5])
def test_holes_are_filled_from_donor_frames(pixels: float) -> None:
    truth, masks = pan(pixels), walker()
    filled = fill(with_figure(truth, masks), masks)
    assert errors(filled, truth, masks).mean() < 6
    outside = ~person_holes(MaskSequence(masks, "test"))
    assert (filled[outside] == truth[outside]).all()


def test_pixels_that_no_frame_shows_are_inpainted() -> None:
    truth, masks = pan(0), np.repeat(walker()[:1], FRAMES, axis=0)
    filled = fill(with_figure(truth, masks), masks)
    assert np.abs(filled[masks].astype(int) - FIGURE).mean() > 40
    assert (filled == filled[0]).all()  # inpainted once, so that it does not flicker


def test_a_part_that_the_mask_misses_is_removed_too() -> None:
    truth, whole = pan(0), walker()
    masks = whole.copy()
    masks[5, 128:140] = False
    filled = fill(with_figure(truth, whole), masks)
    assert errors(filled[5], truth[5], whole[5]).mean() < 6


def test_a_rim_outside_every_mask_is_not_copied() -> None:
    """Masks that are too narrow leave a rim of the person, which must not be copied from donor frames."""
    truth, masks = pan(0), walker()
    whole = np.stack([cv2.dilate(mask.astype(np.uint8), np.ones((1, 9), np.uint8)) > 0 for mask in masks])
    filled = fill(with_figure(truth, whole), masks)
    assert errors(filled, truth, masks).mean() < 6


def test_a_clip_of_one_frame() -> None:
    truth, masks = pan(0)[:1], walker()[:1]
    filled = fill(with_figure(truth, masks), masks)
    assert (filled[0, :, 200:] == truth[0, :, 200:]).all()
    assert np.abs(filled[masks].astype(int) - FIGURE).mean() > 40


def test_a_clip_without_a_person_is_unchanged() -> None:
    truth = pan(2)
    assert (fill(truth, np.zeros((FRAMES, *SIZE[::-1]), bool)) == truth).all()


def test_a_static_camera_is_one_shot_of_identities() -> None:
    (shot,) = find_shots(pan(0), walker())
    assert (shot.to_reference == np.eye(3)).all()


def test_a_pan_is_tracked() -> None:
    (shot,) = find_shots(with_figure(pan(3.5), walker()), walker())
    expected = np.eye(3) + np.array([[0, 0, 1], [0, 0, 0], [0, 0, 0]]) * 3.5 * np.arange(FRAMES)[:, None, None]
    centre = np.array([SIZE[0] / 2, SIZE[1] / 2, 1])
    found = shot.to_reference @ centre
    assert np.abs(found[:, :2] / found[:, 2:] - (expected @ centre)[:, :2]).max() < 1


def test_a_cut_begins_a_new_shot() -> None:
    frames = np.concatenate([pan(0)[:6], pan(0, seed=11)[6:]])
    assert [list(shot.frames) for shot in find_shots(frames, walker())] == [list(range(6)), list(range(6, 12))]


@pytest.mark.parametrize(("pixels", "travel"), [(0, 0), (3.5, 3.5 * (FRAMES - 1) * 512 / 240)])
def test_camera_travel_is_the_displacement_of_the_camera(pixels: float, travel: float) -> None:
    clip = Clip(with_figure(pan(pixels), walker()), 8)
    assert camera_travel(clip, MaskSequence(walker(), "test")) == pytest.approx(travel, abs=2)
