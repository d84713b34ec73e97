"""Joints are read back from rendered pose images within a pixel."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from preprocess.pose.parse_render import HIDDEN_SCORE, parse_pose_images
from preprocess.pose.render import draw_poses
from preprocess.pose.skeleton import BODY, L_KNEE, L_WRIST, LEFT_HAND, R_WRIST
from preprocess.types import Frames, PoseSequence
from tests.preprocess.figures import STANDING, as_poses, standing
from tools.measure_alignment import Case

SIZE = (320, 400)


def dancing(frames: int = 4, seed: int = 0) -> PoseSequence:
    """A figure with jittered joints, in whole pixels."""
    jitter = np.random.default_rng(seed).uniform(-8, 8, (frames, len(STANDING), 2))
    jitter[:, [0, 14, 15, 16, 17]] = 0  # the dots of the face are too close together for jitter
    return as_poses(np.rint(STANDING * 360 + (160, 390) + jitter).astype(np.float32), SIZE)


def errors(read: PoseSequence, drawn: PoseSequence) -> np.ndarray:
    return np.linalg.norm(read.body - drawn.body, axis=-1)


def as_jpeg(image: Frames) -> Frames:
    return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 90])[1], cv2.IMREAD_COLOR)


def test_reads_what_was_drawn() -> None:
    poses = dancing()
    images = draw_poses(poses)
    read = parse_pose_images(images)
    assert (read.body_scores == 1).all()
    assert errors(read, poses).max() <= 1
    assert read.size == SIZE
    assert read.drawings is images


def test_reads_jpegs() -> None:
    poses = dancing(seed=1)
    read = parse_pose_images(np.stack([as_jpeg(image) for image in draw_poses(poses)]))
    assert (read.body_scores > 0).all()
    assert errors(read, poses).max() < 2
    assert errors(read, poses).mean() < 1


@pytest.mark.parametrize("factor", [0.5, 1.5])
def test_reads_scaled_images(factor: float) -> None:
    poses = dancing(seed=2)
    images = [
        cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) for image in draw_poses(poses)
    ]
    read = parse_pose_images(np.stack(images))
    expected = (poses.body + 0.5) * factor - 0.5
    assert np.linalg.norm(read.body - expected, axis=-1).max() <= 1.5


def test_a_hidden_dot_is_located_from_its_limb() -> None:
    poses = standing(1, SIZE, 360, (160, 390))
    poses.keypoints[0, LEFT_HAND] = poses.body[0, L_WRIST]  # hand dots are drawn over the wrist's
    poses.scores[0, LEFT_HAND] = 1
    read = parse_pose_images(draw_poses(poses))
    assert read.body_scores[0, L_WRIST] == np.float32(HIDDEN_SCORE)
    assert errors(read, poses)[0, L_WRIST] < 5


def test_missing_joints_stay_missing() -> None:
    poses = standing(1, SIZE, 360, (160, 390))
    poses.scores[0, [R_WRIST, L_KNEE]] = 0
    read = parse_pose_images(draw_poses(poses))
    assert set(np.flatnonzero(read.body_scores[0] == 0)) == {R_WRIST, L_KNEE}
    assert (read.body[0, [R_WRIST, L_KNEE]] == 0).all()


def test_follows_the_largest_person() -> None:
    size = (640, 400)
    large, small = standing(2, size, 360, (160, 390)), standing(2, size, 250, (480, 390))
    large.keypoints[1, BODY] += (20, -10)
    small.keypoints[1, BODY] -= (20, 0)
    read = parse_pose_images(np.maximum(draw_poses(large), draw_poses(small)))
    assert errors(read, large).max() < np.sqrt(2)  # rendering truncates to whole pixels


def test_a_black_image_has_no_joints() -> None:
    read = parse_pose_images(np.zeros((2, 64, 48, 3), np.uint8))
    assert not read.scores.any()
    assert not read.keypoints.any()


def test_reads_real_drawings(shared: Path) -> None:
    poses = Case.read(shared / "cases" / "case-1", every=3).source_poses
    redrawn = parse_pose_images(draw_poses(PoseSequence(poses.keypoints, poses.scores, poses.size)))
    both = (poses.body_scores == 1) & (redrawn.body_scores == 1)
    assert both.mean() > 0.95
    assert errors(redrawn, poses)[both].max() <= 1
