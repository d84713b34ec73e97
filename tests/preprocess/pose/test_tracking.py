"""One person is followed, whoever else an estimator sees or invents."""

import numpy as np

from preprocess.pose.skeleton import BODY, JOINTS
from preprocess.pose.tracking import PersonDetection, detect_people, follow_largest
from preprocess.types import Frame
from tests.preprocess.figures import STANDING

SIZE = (120, 160)
EMPTY = np.zeros((*SIZE[::-1], 3), np.uint8)


def sighting(foot: tuple[float, float], height: float) -> PersonDetection:
    keypoints, scores = np.zeros((JOINTS, 2), np.float32), np.zeros(JOINTS, np.float32)
    keypoints[BODY], scores[BODY] = STANDING * height + np.float32(foot), 1
    mask = np.zeros(SIZE[::-1], bool)
    x, y = round(foot[0]), round(foot[1])
    mask[max(0, y - round(height)) : y, max(0, x - 10) : max(0, x + 10)] = True
    return PersonDetection(keypoints, scores, mask)


REAL = sighting((60, 150), 120)
INVENTED = sighting((260, 400), 500)  # large, and beyond the picture


def person_at(column: int) -> Frame:
    frame = EMPTY.copy()
    frame[30:150, column - 10 : column + 10] = 255
    return frame


def look(frame: Frame) -> PersonDetection | None:
    """Sees the white column, and invents somebody where there is none."""
    white = np.flatnonzero((frame == 255).all(axis=(0, 2)) | (frame[60:100] == 255).all(axis=(0, 2)))
    return sighting((float(white.mean()), 150), 120) if len(white) else INVENTED


def test_nobody_is_invented_beyond_the_picture() -> None:
    assert [person.is_inside for person in detect_people(look, person_at(60))] == [True]


def test_the_only_person_may_be_half_out_of_the_picture() -> None:
    assert len(detect_people(lambda frame: None if frame.any() else INVENTED, EMPTY)) == 1


def test_a_real_person_is_followed_though_larger_ones_are_invented() -> None:
    frames = np.stack([person_at(50 + 4 * index) for index in range(5)])
    track = follow_largest(look, frames)
    assert [round(float(person.centre[0])) for person in track.sightings if person] == [50, 54, 58, 62, 66]
    assert not track.has_others


def test_the_middle_tells_whether_somebody_is_inside() -> None:
    assert REAL.is_inside
    assert not INVENTED.is_inside
    assert not sighting((-30, 150), 120).is_inside
