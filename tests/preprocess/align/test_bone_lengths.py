"""Reading lengths from poses: what doesn't matter, what does, and that the shipped network reads a stick figure."""

from dataclasses import replace

import numpy as np
import pytest

from motionfollower.pipeline.backends import load_length_reader
from preprocess.align.bone_lengths import (
    AT_ONCE,
    COUNT,
    FEATURES,
    BoneLengthEstimator,
    BoneLengths,
    describe_bone_lengths,
)
from preprocess.pose.skeleton import L_ANKLE, L_KNEE, NOSE, R_ANKLE, R_KNEE
from preprocess.types import Floats, PoseSequence
from tests.preprocess.figures import as_poses, raise_arms, standing

SIZE = (320, 400)
FIGURE = raise_arms(standing(6, SIZE, 300, (160, 380)), slice(0, 3))


def read(poses: PoseSequence) -> BoneLengths:
    lengths = load_length_reader().read(poses)
    assert lengths
    return lengths


def test_a_standing_figure_is_measured() -> None:
    lengths = read(FIGURE)
    assert lengths.torso == pytest.approx(0.28 * 300, rel=0.15)
    assert lengths.thighs == pytest.approx(0.24 * 300, rel=0.15)
    assert lengths.drop == pytest.approx(0.76 * 300, rel=0.1)


def test_neither_place_nor_scale_nor_order_matter() -> None:
    twice = as_poses(2 * FIGURE.body[::-1] + np.float32([50, -20]), SIZE)
    ours, theirs = read(FIGURE), read(twice)
    assert theirs.stature == pytest.approx(2 * ours.stature, rel=1e-4)
    assert theirs.build(ours).forearms == pytest.approx(1, abs=1e-3)


def test_legs_that_nobody_sees_are_foretold() -> None:
    cut = replace(FIGURE, scores=FIGURE.scores.copy())
    cut.scores[:, [R_KNEE, R_ANKLE, L_KNEE, L_ANKLE]] = 0
    assert read(cut).stature == pytest.approx(read(FIGURE).stature, rel=0.12)


def test_a_foreshortened_body_is_longer_than_it_looks() -> None:
    """A bow towards the camera in half of the frames takes nothing from the torso."""
    bowed = FIGURE.body.copy()
    bowed[:3, :8, 1] += 0.4 * (bowed[:3, 8:9, 1] - bowed[:3, :8, 1])
    bowed[:3, 14:, 1] += 0.4 * (bowed[:3, 8:9, 1] - bowed[:3, 14:, 1])
    assert read(as_poses(bowed, SIZE)).torso > 0.85 * read(FIGURE).torso


def test_nobody_has_no_lengths() -> None:
    assert load_length_reader().read(replace(FIGURE, scores=np.zeros_like(FIGURE.scores))) is None


def test_long_clips_are_read_in_turns() -> None:
    frames: list[int] = []

    def count(features: Floats) -> Floats:
        frames.append(len(features))
        return np.zeros(COUNT, np.float32)

    BoneLengthEstimator(count).read(standing(2 * AT_ONCE + 3, SIZE, 300, (160, 380)))
    assert sorted(frames) == [17, 17, 17]


def test_joints_out_of_sight_show_nothing() -> None:
    seen = np.ones((1, 18), bool)
    seen[0, NOSE] = False
    moved = FIGURE.body[:1].copy()
    moved[0, NOSE] += 500
    (shown, unit), (same, same_unit) = describe_bone_lengths(FIGURE.body[:1], seen), describe_bone_lengths(moved, seen)
    assert shown.shape == (1, FEATURES)
    assert shown == pytest.approx(same)
    assert unit == same_unit
