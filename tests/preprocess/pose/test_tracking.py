"""One person is tracked, whatever other people a detector finds or hallucinates."""

import numpy as np

from preprocess.pose.skeleton import BODY, JOINTS
from preprocess.pose.tracking import PersonDetection, detect_people, follow_largest
from preprocess.types import Frame
from tests.preprocess.figures import STANDING

SIZE = (120, 160)
EMPTY = np.zeros((*SIZE[::-1], 3), np.uint8)


def detection(foot: tuple[float, float], height: float) -> PersonDetection:
    keypoints, scores = np.zeros((JOINTS, 2), np.float32), np.zeros(JOINTS, np.float32)
    keypoints[BODY], scores[BODY] = STANDING * height + np.float32(foot), 1
    mask = np.zeros(SIZE[::-1], bool)
    x, y = round(foot[0]), round(foot[1])
    mask[max(0, y - round(height)) : y, max(0, x - 10) : max(0, x + 10)] = True
    return PersonDetection(keypoints, scores, mask)


REAL = detection((60, 150), 120)
HALLUCINATED = detection((260, 400), 500)  # large, and outside the frame


def person_at(column: int) -> Frame:
    frame = EMPTY.copy()
    frame[30:150, column - 10 : column + 10] = 255
    return frame


def detect(frame: Frame) -> PersonDetection | None:
    """Detect the white column; hallucinate a person where there is none."""
    white = np.flatnonzero((frame == 255).all(axis=(0, 2)) | (frame[60:100] == 255).all(axis=(0, 2)))
    return detection((float(white.mean()), 150), 120) if len(white) else HALLUCINATED


def test_hallucinated_people_outside_the_frame_are_dropped() -> None:
    assert [person.is_inside for person in detect_people(detect, person_at(60))] == [True]


def test_the_only_person_may_be_partly_outside_the_frame() -> None:
    assert len(detect_people(lambda frame: None if frame.any() else HALLUCINATED, EMPTY)) == 1


def test_a_real_person_is_tracked_despite_larger_hallucinations() -> None:
    frames = np.stack([person_at(50 + 4 * index) for index in range(5)])
    track = follow_largest(detect, frames)
    assert [round(float(person.centre[0])) for person in track.detections if person] == [50, 54, 58, 62, 66]
    assert not track.has_others


def test_the_torso_centre_decides_whether_a_person_is_inside() -> None:
    assert REAL.is_inside
    assert not HALLUCINATED.is_inside
    assert not detection((-30, 150), 120).is_inside
