"""DWPose on tiny real networks in its form: what is bright is the person; rtmlib reads the same networks alike."""

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
SURE = 0.3


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("dwpose")
    return write_detector(folder / "yolox_l.onnx"), write_pose_network(folder / "dw-ll_ucoco_384.onnx")


@pytest.fixture(scope="module")
def estimator(files: tuple[Path, Path]) -> DWPoseEstimator:
    return DWPoseEstimator(*files)


def picture(*spots: tuple[int, int], size: tuple[int, int] = SIZE) -> Frame:
    """Dark noise (seed 0) with a white spot around each place, which fades over about 16 pixels."""
    rows, columns = np.mgrid[: size[1], : size[0]]
    light = [np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 200) for x, y in spots]
    dark = np.random.default_rng(0).random((size[1], size[0])) / 10
    return np.repeat((np.max([dark, *light], axis=0) * 255).astype(np.uint8)[..., None], 3, axis=2)


def test_the_person_is_found_where_it_is_bright(estimator: DWPoseEstimator):
    person = estimator.detect(picture((120, 104)))
    assert person is not None
    assert np.abs(person.keypoints[NOSE] - (120, 104)).max() < 3
    assert (person.scores > 0).all()
    assert person.torso > 10


def test_another_class_is_nobody(estimator: DWPoseEstimator):
    frame = picture()
    frame[80:120, 80:120] = (0, 0, 255)
    assert estimator.detect(frame) is None


def test_rtmlib_reads_the_networks_alike(files: tuple[Path, Path], estimator: DWPoseEstimator):
    frame = picture((200, 120), size=(300, 500))
    bgr = np.ascontiguousarray(frame[..., ::-1])
    boxes, classes = YOLOX(str(files[0]), (640, 640), det_mode="multiclass", score_thr=SURE)(bgr)
    (box,) = boxes[classes == 0]
    theirs, scores = RTMPose(str(files[1]), model_input_size=POSE_SIZE, to_openpose=True)(bgr, [box])
    person = estimator.detect(frame)
    assert person is not None
    joints = [joint for joint in range(18) if joint != NECK]
    np.testing.assert_allclose(person.keypoints[joints], theirs[0, joints], atol=0.02)
    np.testing.assert_allclose(person.scores[: NECK + 1], scores[0, : NECK + 1], atol=1e-5)
    for ours, places in ((FACE, slice(24, 92)), (LEFT_HAND, slice(92, 113)), (RIGHT_HAND, slice(113, 134))):
        np.testing.assert_allclose(person.keypoints[ours], theirs[0, places], atol=0.02)
        np.testing.assert_allclose(person.scores[ours], scores[0, places], atol=1e-5)


def test_joints_go_where_ours_are():
    places = np.stack([np.arange(133), np.zeros(133)], axis=1).astype(np.float32)
    keypoints, scores = from_wholebody(places, np.full(133, 0.9, np.float32))
    numbers = keypoints[:, 0]
    by_joint = {NOSE: 0, NECK: 5.5, L_WRIST: 9, R_ANKLE: 16, L_ANKLE: 15, R_EYE: 2, L_EYE: 1}
    assert {joint: numbers[joint] for joint in by_joint} == by_joint
    assert numbers[FACE].tolist() == list(range(23, 91))
    assert numbers[LEFT_HAND].tolist() == list(range(91, 112))
    assert numbers[RIGHT_HAND].tolist() == list(range(112, 133))
    assert (scores == np.float32(0.9)).all()


def test_the_neck_is_as_sure_as_the_less_sure_shoulder():
    confidences = np.full(133, 0.9, np.float32)
    confidences[6] = 0
    keypoints, scores = from_wholebody(np.ones((133, 2), np.float32), confidences)
    assert scores[NECK] == 0
    assert not keypoints[NECK].any()


def run(estimator: DWPoseEstimator, frames: list[Frame], person: ClipPoint | None = None) -> Observation:
    counts: list[int] = []
    seen = estimator.estimate(Clip(np.stack(frames), 10.0), person, counts.append)
    assert counts == list(range(1, len(frames) + 1))
    return seen


def test_a_clip_is_followed_and_a_gap_filled(estimator: DWPoseEstimator):
    seen = run(estimator, [picture((100, 100)), picture(), picture((104, 100))])
    assert seen.masks is None
    assert seen.poses.size == SIZE
    assert np.abs(seen.poses.body[1, L_EYE] - (seen.poses.body[0, L_EYE] + seen.poses.body[2, L_EYE]) / 2).max() < 0.1
    assert ClipWarning(WarningCode.POSE_INTERPOLATED, (1,)) in seen.warnings


def test_the_person_that_is_pointed_at_is_followed(estimator: DWPoseEstimator):
    frames = [picture((240, 100)), picture((242, 100))]
    person = estimator.detect(frames[0])
    assert person is not None
    seen = run(estimator, frames, ClipPoint(*(person.centre / SIZE).tolist()))
    assert np.abs(seen.poses.body[:, NOSE] - [(240, 100), (242, 100)]).max() < 3
    with pytest.raises(InputError, match=r"Nobody was found at 0\.1"):
        run(estimator, frames, ClipPoint(0.1, 0.5))


def test_nobody_in_the_clip(estimator: DWPoseEstimator):
    with pytest.raises(InputError, match="No person was found"):
        run(estimator, [picture()])


@pytest.mark.parametrize("data", [b"", b"onnx", bytes(2000)])
def test_damaged_files_are_named(tmp_path: Path, files: tuple[Path, Path], data: bytes):
    (tmp_path / "yolox_l.onnx").write_bytes(data)
    with pytest.raises(InputError, match=r"yolox_l\.onnx can't be read"):
        DWPoseEstimator(tmp_path / "yolox_l.onnx", files[1])


def test_the_files_in_each_others_place_are_named(files: tuple[Path, Path]):
    with pytest.raises(InputError, match=r"dw-ll_ucoco_384\.onnx is another network: it has 2 outputs, not 1"):
        DWPoseEstimator(files[1], files[0])
