"""DWPose on tiny real networks that detect bright spots; rtmlib gives the same results with them."""

from pathlib import Path

import numpy as np
import pytest
from rtmlib import YOLOX, RTMPose

from preprocess.pose.dwpose import DWPoseEstimator, from_wholebody
from preprocess.pose.skeleton import FACE, L_ANKLE, L_EYE, L_WRIST, LEFT_HAND, NECK, NOSE, R_ANKLE, R_EYE, RIGHT_HAND
from preprocess.types import Clip, ClipPoint, Frame, InputError, Observation
from preprocess.warnings import ClipWarning, WarningCode
from tests.preprocess.pose.onnx_nets import POSE_SIZE, write_detector, write_pose_network

SIZE = (320, 200)
MIN_SCORE = 0.3


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("dwpose")
    return write_detector(folder / "yolox_l.onnx"), write_pose_network(folder / "dw-ll_ucoco_384.onnx")


@pytest.fixture(scope="module")
def estimator(files: tuple[Path, Path]) -> DWPoseEstimator:
    return DWPoseEstimator(*files)


def image(*spots: tuple[int, int], size: tuple[int, int] = SIZE) -> Frame:
    """Dark noise (seed 0) with white spots that fade over about 16 pixels."""
    rows, columns = np.mgrid[: size[1], : size[0]]
    light = [np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 200) for x, y in spots]
    dark = np.random.default_rng(0).random((size[1], size[0])) / 10
    return np.repeat((np.max([dark, *light], axis=0) * 255).astype(np.uint8)[..., None], 3, axis=2)


def test_the_person_is_detected_at_the_bright_spot(estimator: DWPoseEstimator):
    person = estimator.detect(image((120, 104)))
    assert person is not None
    assert np.abs(person.keypoints[NOSE] - (120, 104)).max() < 3
    assert (person.scores > 0).all()
    assert person.torso > 10


def test_another_class_is_no_person(estimator: DWPoseEstimator):
    frame = image()
    frame[80:120, 80:120] = (0, 0, 255)
    assert estimator.detect(frame) is None


def test_results_equal_those_of_rtmlib(files: tuple[Path, Path], estimator: DWPoseEstimator):
    frame = image((200, 120), size=(300, 500))
    bgr = np.ascontiguousarray(frame[..., ::-1])
    boxes, classes = YOLOX(str(files[0]), (640, 640), det_mode="multiclass", score_thr=MIN_SCORE)(bgr)
    (box,) = boxes[classes == 0]
    theirs, scores = RTMPose(str(files[1]), model_input_size=POSE_SIZE, to_openpose=True)(bgr, [box])
    person = estimator.detect(frame)
    assert person is not None
    joints = [joint for joint in range(18) if joint != NECK]
    np.testing.assert_allclose(person.keypoints[joints], theirs[0, joints], atol=0.02)
    np.testing.assert_allclose(person.scores[: NECK + 1], scores[0, : NECK + 1], atol=1e-5)
    for ours, indices in ((FACE, slice(24, 92)), (LEFT_HAND, slice(92, 113)), (RIGHT_HAND, slice(113, 134))):
        np.testing.assert_allclose(person.keypoints[ours], theirs[0, indices], atol=0.02)
        np.testing.assert_allclose(person.scores[ours], scores[0, indices], atol=1e-5)


def test_joints_are_reordered():
    positions = np.stack([np.arange(133), np.zeros(133)], axis=1).astype(np.float32)
    keypoints, scores = from_wholebody(positions, np.full(133, 0.9, np.float32))
    numbers = keypoints[:, 0]
    by_joint = {NOSE: 0, NECK: 5.5, L_WRIST: 9, R_ANKLE: 16, L_ANKLE: 15, R_EYE: 2, L_EYE: 1}
    assert {joint: numbers[joint] for joint in by_joint} == by_joint
    assert numbers[FACE].tolist() == list(range(23, 91))
    assert numbers[LEFT_HAND].tolist() == list(range(91, 112))
    assert numbers[RIGHT_HAND].tolist() == list(range(112, 133))
    assert (scores == np.float32(0.9)).all()


def test_the_neck_has_the_lower_score_of_the_shoulders():
    confidences = np.full(133, 0.9, np.float32)
    confidences[6] = 0
    keypoints, scores = from_wholebody(np.ones((133, 2), np.float32), confidences)
    assert scores[NECK] == 0
    assert not keypoints[NECK].any()


def run(estimator: DWPoseEstimator, frames: list[Frame], person: ClipPoint | None = None) -> Observation:
    counts: list[int] = []
    observation = estimator.estimate(Clip(np.stack(frames), 10.0), person, counts.append)
    assert counts == list(range(1, len(frames) + 1))
    return observation


def test_a_person_is_tracked_and_a_gap_interpolated(estimator: DWPoseEstimator):
    observation = run(estimator, [image((100, 100)), image(), image((104, 100))])
    assert observation.masks is None
    assert observation.poses.size == SIZE
    before, between, after = observation.poses.body[:, L_EYE]
    assert np.abs(between - (before + after) / 2).max() < 0.1
    assert ClipWarning(WarningCode.POSE_INTERPOLATED, (1,)) in observation.warnings


def test_the_selected_person_is_tracked(estimator: DWPoseEstimator):
    frames = [image((240, 100)), image((242, 100))]
    person = estimator.detect(frames[0])
    assert person is not None
    observation = run(estimator, frames, ClipPoint(*(person.centre / SIZE).tolist()))
    assert np.abs(observation.poses.body[:, NOSE] - [(240, 100), (242, 100)]).max() < 3
    with pytest.raises(InputError, match=r"No person is found at 0\.1"):
        run(estimator, frames, ClipPoint(0.1, 0.5))


def test_a_clip_without_a_person(estimator: DWPoseEstimator):
    with pytest.raises(InputError, match="No person was found"):
        run(estimator, [image()])


@pytest.mark.parametrize("data", [b"", b"onnx", bytes(2000)])
def test_damaged_files_are_named(tmp_path: Path, files: tuple[Path, Path], data: bytes):
    (tmp_path / "yolox_l.onnx").write_bytes(data)
    with pytest.raises(InputError, match=r"yolox_l\.onnx can't be read"):
        DWPoseEstimator(tmp_path / "yolox_l.onnx", files[1])


def test_swapped_files_are_named(files: tuple[Path, Path]):
    with pytest.raises(InputError, match=r"dw-ll_ucoco_384\.onnx is a different network: it has 2 outputs, not 1"):
        DWPoseEstimator(files[1], files[0])
