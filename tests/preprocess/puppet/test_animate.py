"""The puppet of a painted figure: unmoved it equals the figure, warped it stays whole and follows the pose."""

from dataclasses import replace

import cv2
import numpy as np

from preprocess.pose.skeleton import BODY, L_WRIST, R_WRIST
from preprocess.puppet.animate import Puppet, animate
from preprocess.types import Bools, Clip, Frames, PoseSequence
from tests.preprocess.clips import overlap
from tests.preprocess.figures import as_poses, capsules, raise_arms, standing

SIZE = (240, 320)
FRAMES = 3
WIDTH = 22
SOURCE = standing(FRAMES, SIZE, 260, (110, 305))
MASKS = capsules(SOURCE, WIDTH)
BACKGROUND = np.full((FRAMES, *SIZE[::-1], 3), 60, np.uint8)
SKIN = np.array([210, 160, 120], np.uint8)


def paint(masks: Bools) -> Frames:
    """A person of one colour on the background."""
    return np.where(masks[..., None], SKIN, BACKGROUND[: len(masks)])


CLIP = Clip(paint(MASKS.masks), 8)


def puppet(aligned: PoseSequence, source: PoseSequence = SOURCE) -> Puppet:
    return animate(CLIP, source, MASKS, aligned, BACKGROUND)


def count_components(mask: Bools) -> int:
    return int(cv2.connectedComponents(mask.astype(np.uint8))[0]) - 1


def test_an_unmoved_puppet_is_the_person() -> None:
    result = puppet(SOURCE)
    assert min(overlap(*pair) for pair in zip(result.masks, MASKS.masks, strict=True)) > 0.9
    inner = cv2.erode(MASKS.masks[0].astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    assert np.abs(result.frames[0][inner].astype(int) - SKIN).max() <= 2


def test_a_shifted_puppet_is_shifted() -> None:
    shifted = as_poses(SOURCE.body + np.float32([25, -10]), SIZE)
    result, truth = puppet(shifted), capsules(shifted, WIDTH).masks
    assert overlap(result.masks[0], truth[0]) > 0.9
    assert (
        result.frames[~cv2.dilate(truth[0].astype(np.uint8), np.ones((9, 9))).astype(bool)[None].repeat(3, 0)] == 60
    ).all()


def test_a_puppet_of_half_the_size_is_half_as_wide() -> None:
    small = standing(FRAMES, SIZE, 130, (110, 305))
    assert overlap(puppet(small).masks[0], capsules(small, WIDTH // 2).masks[0]) > 0.8


def test_raised_arms_stay_attached() -> None:
    raised = raise_arms(SOURCE, slice(0, FRAMES))
    result = puppet(raised)
    assert overlap(result.masks[0], capsules(raised, WIDTH).masks[0]) > 0.8
    assert count_components(result.masks[0]) == 1
    x, y = np.rint(raised.body[0, R_WRIST]).astype(int)
    assert np.abs(result.frames[0, y, x].astype(int) - SKIN).max() <= 2


def test_a_wrong_joint_does_not_stretch_a_limb_across_the_frame() -> None:
    joints = SOURCE.body.copy()
    joints[1, L_WRIST] = (230, 10)
    result = puppet(as_poses(joints, SIZE))
    assert count_components(result.masks[1]) == 1
    assert not result.masks[1, :60, 200:].any()


def test_a_joint_with_a_low_score_is_ignored() -> None:
    joints, scores = SOURCE.body.copy(), SOURCE.scores.copy()
    joints[1, L_WRIST], scores[1, L_WRIST] = (230, 10), 0.1
    uncertain = replace(as_poses(joints, SIZE), scores=scores)
    result = puppet(uncertain)
    assert overlap(result.masks[1], MASKS.masks[1]) > 0.9


def test_frames_without_an_aligned_pose_show_the_person_unmoved() -> None:
    scores = SOURCE.scores.copy()
    scores[1] = 0
    result = puppet(replace(SOURCE, scores=scores))
    assert overlap(result.masks[1], MASKS.masks[1]) > 0.9


def test_a_clip_without_a_person_gives_the_background() -> None:
    unseen = replace(SOURCE, scores=np.zeros_like(SOURCE.scores))
    result = puppet(SOURCE, source=unseen)
    assert (result.frames == BACKGROUND).all()
    assert not result.masks.any()


def test_limbs_come_from_the_frame_with_the_most_similar_pose() -> None:
    """Arms are red where they are raised: raised arms of the puppet must be red, hanging ones must not."""
    source = raise_arms(SOURCE, slice(2, 3))
    masks, frames = capsules(source, WIDTH), paint(capsules(source, WIDTH).masks)
    frames[2][masks.masks[2]] = (200, 20, 20)
    result = animate(Clip(frames, 8), source, masks, raise_arms(SOURCE, slice(0, 2)), BACKGROUND)
    for frame, colour in ((0, (200, 20, 20)), (2, tuple(SKIN))):
        wrist = raise_arms(SOURCE, slice(0, 2)).keypoints[frame, BODY][R_WRIST]
        x, y = np.rint(wrist).astype(int)
        assert np.abs(result.frames[frame, y, x].astype(int) - colour).max() <= 2


def test_progress_counts_the_frames() -> None:
    counts: list[int] = []
    animate(CLIP, SOURCE, MASKS, SOURCE, BACKGROUND, on_progress=counts.append)
    assert counts == [1, 2, 3]
