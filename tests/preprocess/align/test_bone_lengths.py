"""Bone length estimation: invariances, features, and the embedded network on a stick figure."""

from dataclasses import replace

import numpy as np
import pytest

from preprocess.align.bone_lengths import (
    FEATURE_COUNT,
    LENGTH_COUNT,
    MAX_FRAMES,
    BoneLengthEstimator,
    BoneLengths,
    bone_length_features,
)
from preprocess.pose.skeleton import L_ANKLE, L_KNEE, NOSE, R_ANKLE, R_KNEE
from preprocess.types import Floats, PoseSequence
from tests.preprocess.figures import as_poses, load_estimator, raise_arms, standing

SIZE = (320, 400)
FIGURE = raise_arms(standing(6, SIZE, 300, (160, 380)), slice(0, 3))


def estimate(poses: PoseSequence) -> BoneLengths:
    lengths = load_estimator().estimate(poses)
    assert lengths
    return lengths


def test_a_standing_figure_is_measured() -> None:
    lengths = estimate(FIGURE)
    assert lengths.torso == pytest.approx(0.28 * 300, rel=0.15)
    assert lengths.thighs == pytest.approx(0.24 * 300, rel=0.15)
    assert lengths.drop == pytest.approx(0.76 * 300, rel=0.1)


def test_invariance_to_position_scale_and_order() -> None:
    twice = as_poses(2 * FIGURE.body[::-1] + np.float32([50, -20]), SIZE)
    ours, theirs = estimate(FIGURE), estimate(twice)
    assert theirs.stature == pytest.approx(2 * ours.stature, rel=1e-4)
    assert theirs.proportions_to(ours).forearms == pytest.approx(1, abs=1e-3)


def test_hidden_legs_are_predicted() -> None:
    cut = replace(FIGURE, scores=FIGURE.scores.copy())
    cut.scores[:, [R_KNEE, R_ANKLE, L_KNEE, L_ANKLE]] = 0
    assert estimate(cut).stature == pytest.approx(estimate(FIGURE).stature, rel=0.12)


def test_a_foreshortened_body_is_longer_than_it_looks() -> None:
    """Bending towards the camera in half of the frames does not shorten the torso."""
    bowed = FIGURE.body.copy()
    bowed[:3, :8, 1] += 0.4 * (bowed[:3, 8:9, 1] - bowed[:3, :8, 1])
    bowed[:3, 14:, 1] += 0.4 * (bowed[:3, 8:9, 1] - bowed[:3, 14:, 1])
    assert estimate(as_poses(bowed, SIZE)).torso > 0.85 * estimate(FIGURE).torso


def test_a_clip_without_a_person_has_no_lengths() -> None:
    assert load_estimator().estimate(replace(FIGURE, scores=np.zeros_like(FIGURE.scores))) is None


def test_long_clips_are_split_into_subsets() -> None:
    frames: list[int] = []

    def count(features: Floats) -> Floats:
        frames.append(len(features))
        return np.zeros(LENGTH_COUNT, np.float32)

    BoneLengthEstimator(count).estimate(standing(2 * MAX_FRAMES + 3, SIZE, 300, (160, 380)))
    assert sorted(frames) == [17, 17, 17]


def test_hidden_joints_do_not_affect_the_features() -> None:
    seen = np.ones((1, 18), bool)
    seen[0, NOSE] = False
    moved = FIGURE.body[:1].copy()
    moved[0, NOSE] += 500
    (features, unit), (same, same_unit) = (
        bone_length_features(FIGURE.body[:1], seen),
        bone_length_features(moved, seen),
    )
    assert features.shape == (1, FEATURE_COUNT)
    assert features == pytest.approx(same)
    assert unit == same_unit
