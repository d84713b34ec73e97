"""Pose images against the canonical implementation, and their properties."""

import importlib.metadata
import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from preprocess.pose.render import draw_poses
from preprocess.pose.skeleton import BODY, FACE, HANDS, JOINTS, LEFT_HAND, NECK, NOSE, R_SHOULDER, VISIBLE
from preprocess.types import PoseSequence, Size


@pytest.fixture(scope="module")
def canonical() -> ModuleType:
    """`controlnet_aux.dwpose.util` alone: importing its package would need timm."""
    try:
        distribution = importlib.metadata.distribution("controlnet_aux")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("controlnet_aux is not installed")
    file = Path(str(distribution.locate_file("controlnet_aux/dwpose/util.py")))
    spec = importlib.util.spec_from_file_location("dwpose_util", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def random_poses(frames: int, size: Size, seed: int) -> PoseSequence:
    """Joints inside and slightly outside the image, with scores on both sides of the threshold."""
    random = np.random.default_rng(seed)
    keypoints = random.uniform(-0.1, 1.1, (frames, JOINTS, 2)) * size
    scores = random.choice([0.0, 0.2, 0.35, 0.9], (frames, JOINTS), p=[0.1, 0.1, 0.2, 0.6])
    keypoints[scores == 0] = 0
    return PoseSequence(keypoints.astype(np.float32), scores.astype(np.float32), size)


def one_pose(joints: dict[int, tuple[float, float]], size: Size = (64, 48)) -> PoseSequence:
    """A frame with the given joints at score 1 and all others missing."""
    keypoints, scores = np.zeros((1, JOINTS, 2), np.float32), np.zeros((1, JOINTS), np.float32)
    for joint, position in joints.items():
        keypoints[0, joint], scores[0, joint] = position, 1
    return PoseSequence(keypoints, scores, size)


@pytest.mark.parametrize("size", [(512, 512), (200, 120), (97, 331)])
def test_drawing_equals_the_canonical_one(canonical: ModuleType, size: Size) -> None:
    poses = random_poses(8, size, seed=3)
    for drawing, keypoints, scores in zip(draw_poses(poses), poses.keypoints, poses.scores, strict=True):
        joints = np.where(scores[:, None] > VISIBLE, keypoints.astype(np.float64) / size, -1)
        subset = np.where(scores[BODY] > VISIBLE, np.arange(18), -1)[None]
        canvas = canonical.draw_bodypose(np.zeros((size[1], size[0], 3), np.uint8), joints[BODY], subset)
        canvas = canonical.draw_handpose(canvas, joints[HANDS].reshape(2, 21, 2))
        np.testing.assert_array_equal(drawing, canvas[..., ::-1])


def test_colours_are_those_of_the_released_images() -> None:
    drawing = draw_poses(one_pose({NECK: (20, 24), R_SHOULDER: (50, 24)}))[0]
    assert tuple(drawing[24, 35]) == (0, 0, 153), "neck to right shoulder is a dim red, its channels swapped"
    assert tuple(drawing[24, 20]) == (0, 85, 255), "the neck's dot is bright"
    hand = draw_poses(one_pose({LEFT_HAND.start: (20, 24)}))[0]
    assert tuple(hand[24, 20]) == (255, 0, 0), "hand dots are red in the released images"


def test_invisible_joints_and_faces_are_not_drawn() -> None:
    poses = random_poses(1, (64, 64), seed=5)
    faint = PoseSequence(poses.keypoints, np.full_like(poses.scores, VISIBLE), poses.size)
    assert not draw_poses(faint).any()
    face = np.zeros_like(poses.scores)
    face[:, FACE] = 1
    assert not draw_poses(PoseSequence(poses.keypoints, face, poses.size)).any()


def test_limb_needs_both_ends() -> None:
    drawing = draw_poses(one_pose({NOSE: (32, 24)}))[0]
    rows, columns = np.nonzero(drawing.any(axis=-1))
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (20, 28, 28, 36), "one dot of radius 4"


def test_given_drawings_are_used_unchanged() -> None:
    poses = random_poses(2, (16, 16), seed=7)
    drawings = np.full((2, 16, 16, 3), 9, np.uint8)
    given = PoseSequence(poses.keypoints, poses.scores, poses.size, drawings)
    assert draw_poses(given) is drawings
