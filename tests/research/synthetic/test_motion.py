"""Motion independent of a body: rotations, transforms, leg kinematics, phrases."""

import numpy as np
import pytest

from motionfollower.research.synthetic.motion.legs import ANKLE_HEIGHT, UNIT_LEGS
from motionfollower.research.synthetic.motion.phrases import make_phrase
from motionfollower.research.synthetic.motion.rotations import (
    X,
    Y,
    Z,
    axis_rotation,
    interpolate,
    limb_frame,
    shortest_rotation,
)
from motionfollower.research.synthetic.motion.transforms import face_front, join, mirror, mix, resample
from motionfollower.research.synthetic.motion.types import UPPER_BODY, Motion, Segment

FPS = 30.0


def phrase(seed: int, frames: int = 60) -> Motion:
    return make_phrase(seed, FPS, frames)


def test_interpolation_follows_the_shortest_rotation():
    quarter = axis_rotation(Y, np.pi / 2)
    np.testing.assert_allclose(interpolate(np.eye(3), quarter, 0.5), axis_rotation(Y, np.pi / 4), atol=1e-12)
    np.testing.assert_allclose(interpolate(quarter, np.eye(3), 1.0), np.eye(3), atol=1e-12)


def test_the_shortest_rotation_maps_one_direction_to_another():
    np.testing.assert_allclose(shortest_rotation(X, Z) @ X, Z, atol=1e-9)
    np.testing.assert_allclose(shortest_rotation(X, Z) @ Y, Y, atol=1e-9)


def test_the_frame_of_a_hanging_limb_is_the_identity():
    np.testing.assert_allclose(limb_frame(-Y, X), np.eye(3), atol=1e-12)


def test_mirroring_swaps_sides_and_is_its_own_inverse():
    motion = phrase(1)
    flipped = mirror(motion)
    np.testing.assert_allclose(mirror(flipped).segments, motion.segments, atol=1e-12)
    left, right = motion.segments[:, Segment.L_FOREARM, :, 1], flipped.segments[:, Segment.R_FOREARM, :, 1]
    np.testing.assert_allclose(right, left * [-1, 1, 1], atol=1e-12)


def test_resampling_keeps_the_motion():
    motion = phrase(2)
    twice = resample(motion, 2 * FPS, 2 * len(motion) - 1)
    np.testing.assert_allclose(twice.segments[::2], motion.segments, atol=1e-9)
    slow = resample(motion, FPS, 30, speed=0.5)
    np.testing.assert_allclose(slow.root[::2], motion.root[:15], atol=1e-12)


def test_mixing_combines_one_upper_body_with_the_other_legs():
    upper, lower = phrase(3), phrase(4)
    mixed = mix(upper, lower)
    np.testing.assert_array_equal(mixed.segments[:, Segment.L_THIGH], lower.segments[:, Segment.L_THIGH])
    for segment in UPPER_BODY:
        relative = [
            np.swapaxes(motion.segments[:, Segment.PELVIS], 1, 2) @ motion.segments[:, segment]
            for motion in (mixed, upper)
        ]
        np.testing.assert_allclose(*relative, atol=1e-9)


def test_joins_are_smooth():
    joined = join(phrase(5), phrase(6), 15)
    assert len(joined) == 60 + 60 - 15
    steps = np.linalg.norm(np.diff(joined.root, axis=0), axis=1)
    assert steps.max() < 0.12  # leg lengths per frame at 30 FPS
    np.testing.assert_allclose(np.linalg.det(joined.segments), 1, atol=1e-6)


def test_facing_front_turns_a_motion_to_the_camera():
    front = face_front(phrase(7))
    ahead = front.segments[:, Segment.PELVIS, :, 2].mean(axis=0)
    assert abs(ahead[0]) < 1e-9
    assert ahead[2] > 0
    np.testing.assert_allclose(front.root.mean(axis=0)[[0, 2]], 0, atol=1e-9)


def test_inverse_kinematics_reaches_the_target_ankles():
    motion = phrase(8)
    ankles = UNIT_LEGS.ankles(motion)
    target = ankles + np.array([0.02, 0.03, -0.02])
    np.testing.assert_allclose(UNIT_LEGS.ankles(UNIT_LEGS.reach(motion, target)), target, atol=5e-3)


def test_legs_that_are_too_short_stretch_toward_the_target():
    motion = phrase(9)
    far = UNIT_LEGS.hip_positions(motion) + np.array([0, -3, 0])
    offset = UNIT_LEGS.ankles(UNIT_LEGS.reach(motion, far)) - UNIT_LEGS.hip_positions(motion)
    np.testing.assert_allclose(np.linalg.norm(offset, axis=-1), UNIT_LEGS.length, rtol=2e-3)
    assert (offset[..., 1] < -0.99).all()


@pytest.mark.parametrize("seed", range(12))
def test_feet_of_a_phrase_stand_still_on_the_floor(seed: int):
    ankles = UNIT_LEGS.ankles(phrase(seed, 120))
    low = ankles[..., 1] < ANKLE_HEIGHT + 1e-3
    slides = np.linalg.norm(np.diff(ankles[..., [0, 2]], axis=0), axis=2)[low[1:] & low[:-1]]
    assert low.mean() > 0.2
    assert np.quantile(slides, 0.9) < 0.01


def test_phrases_are_reproducible_and_differ_between_seeds():
    np.testing.assert_array_equal(phrase(10).segments, phrase(10).segments)
    arms = [phrase(seed).segments[:, Segment.L_FOREARM, :, 1] for seed in range(20)]
    distances = [np.abs(one - two).mean() for index, one in enumerate(arms) for two in arms[:index]]
    assert min(distances) > 0.05
