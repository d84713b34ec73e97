"""Refining the masks of a disc that moves over a noisy wall."""

from dataclasses import replace

import numpy as np
import pytest

from preprocess.segmentation.point_prompts import MaskClick
from preprocess.segmentation.refine import TRACKED_FRAMES, GrabCutRefiner, PointTracker
from preprocess.types import Bools, Clip, ClipPoint, InputError, MaskSequence

FRAMES, SIDE, RADIUS, SPEED = 12, 160, 30, 3
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE]
MIDDLE = 6
PERSON = ClipPoint((50 + MIDDLE * SPEED) / SIDE, 0.5, MIDDLE)
WALL = ClipPoint(0.95, 0.1, MIDDLE)


def disc(frame: int) -> Bools:
    """The mask of the disc, which moves to the right."""
    return np.asarray(np.hypot(COLUMNS - 50 - SPEED * frame, ROWS - 80) < RADIUS)


@pytest.fixture(scope="module")
def clip() -> Clip:
    random = np.random.default_rng(4)
    wall, coat = (random.normal(level, 12, (SIDE, 2 * SIDE, 3)) for level in (70, 190))
    frames = []
    for frame in range(FRAMES):
        shift = SIDE - SPEED * frame  # the texture moves with the disc
        frames.append(np.where(disc(frame)[..., None], coat[:, shift : shift + SIDE], wall[:, :SIDE]))
    return Clip(np.stack(frames).clip(0, 255).astype(np.uint8), 8)


@pytest.fixture
def truth() -> MaskSequence:
    return MaskSequence(np.stack([disc(frame) for frame in range(FRAMES)]), "drawn")


def overlap(mask: Bools, other: Bools) -> float:
    return float((mask & other).sum() / max(1, (mask | other).sum()))


def test_a_click_on_the_person_adds_the_missing_part(clip: Clip, truth: MaskSequence) -> None:
    half = truth.masks & (ROWS < 82)
    refined = GrabCutRefiner().refine(clip, MaskSequence(half, "drawn"), [click(PERSON, y=0.6)])
    assert overlap(half[MIDDLE], truth.masks[MIDDLE]) < 0.6
    assert overlap(refined.masks[MIDDLE], truth.masks[MIDDLE]) > 0.8


def test_a_click_on_the_background_removes_it(clip: Clip, truth: MaskSequence) -> None:
    too_large = truth.masks | ((COLUMNS > 140) & (ROWS < 30))
    refined = GrabCutRefiner().refine(clip, MaskSequence(too_large, "drawn"), [MaskClick(WALL, is_person=False)])
    assert np.array_equal(refined.masks[MIDDLE], truth.masks[MIDDLE])


def test_a_click_is_propagated_to_neighbouring_frames_and_fades(clip: Clip, truth: MaskSequence) -> None:
    half = truth.masks & (ROWS < 82)
    refined = GrabCutRefiner().refine(clip, MaskSequence(half, "drawn"), [click(PERSON, y=0.6)]).masks
    gains = [overlap(refined[i], truth.masks[i]) - overlap(half[i], truth.masks[i]) for i in range(FRAMES)]
    assert gains[MIDDLE + 1] > 0.1
    assert gains[MIDDLE] > gains[MIDDLE + TRACKED_FRAMES - 1]


def test_only_the_neighbourhood_changes(clip: Clip, truth: MaskSequence) -> None:
    refined = GrabCutRefiner().refine(clip, truth, [MaskClick(WALL, is_person=True)]).masks
    x, y = WALL.pixel(clip.size)
    changed = refined != truth.masks
    assert changed[MIDDLE, y, x]
    assert not changed[:, np.hypot(COLUMNS - x, ROWS - y) > 0.15 * SIDE + 1].any()


@pytest.mark.parametrize("is_person", [True, False])
@pytest.mark.parametrize("at", [PERSON, WALL, ClipPoint(0, 0), ClipPoint(1, 1, FRAMES - 1)])
@pytest.mark.parametrize("fill", [True, False])
def test_a_click_is_always_applied(at: ClipPoint, is_person: bool, fill: bool, clip: Clip) -> None:
    masks = MaskSequence(np.full((FRAMES, SIDE, SIDE), fill), "drawn")
    refined = GrabCutRefiner().refine(clip, masks, [MaskClick(at, is_person)]).masks
    x, y = at.pixel(clip.size)
    assert refined[at.frame, y, x] == is_person


def test_a_frames_own_click_is_applied_after_propagated_ones(clip: Clip, truth: MaskSequence) -> None:
    beside = replace(WALL, frame=MIDDLE + 1)
    clicks = [MaskClick(beside, is_person=False), MaskClick(WALL, is_person=True)]
    refined = GrabCutRefiner().refine(clip, truth, clicks).masks
    x, y = WALL.pixel(clip.size)
    assert refined[MIDDLE, y, x]
    assert not refined[MIDDLE + 1, y, x]


def test_clicks_are_undone_by_leaving_them_out(clip: Clip, truth: MaskSequence) -> None:
    refiner, first, second = GrabCutRefiner(), click(PERSON, y=0.7), MaskClick(WALL, is_person=True)
    once = refiner.refine(clip, truth, [first]).masks
    assert not np.array_equal(refiner.refine(clip, truth, [first, second]).masks, once)
    assert np.array_equal(refiner.refine(clip, truth, [first]).masks, once)
    assert np.array_equal(refiner.refine(clip, truth, []).masks, truth.masks)
    assert np.array_equal(truth.masks[MIDDLE], disc(MIDDLE))


def test_a_click_after_the_end_is_an_error(clip: Clip, truth: MaskSequence) -> None:
    with pytest.raises(InputError, match="frame 12; the clip has frames 0 to 11"):
        GrabCutRefiner().refine(clip, truth, [MaskClick(ClipPoint(0.5, 0.5, FRAMES), is_person=True)])


def test_a_point_on_the_disc_moves_with_it_and_the_wall_stays(clip: Clip) -> None:
    tracker = PointTracker(clip.frames)
    person = {frame: (x, y) for frame, x, y, _ in tracker.track(MIDDLE, *PERSON.pixel(clip.size))}
    assert len(person) > TRACKED_FRAMES
    for frame, (x, _) in person.items():
        assert abs(x - 50 - SPEED * frame) <= 3
    wall = list(tracker.track(MIDDLE, *WALL.pixel(clip.size)))
    assert {(x, y) for _, x, y, _ in wall} == {WALL.pixel(clip.size)}
    strengths = [strength for frame, *_, strength in wall if frame > MIDDLE]
    assert strengths == sorted(strengths, reverse=True)
    assert 0 < strengths[-1] < strengths[0] < 1


def click(at: ClipPoint, y: float) -> MaskClick:
    return MaskClick(replace(at, y=y), is_person=True)
