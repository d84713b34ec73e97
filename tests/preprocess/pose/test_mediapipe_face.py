"""The 68 face points among MediaPipe's 468 landmarks, on a frontal face."""

import numpy as np
import pytest

from preprocess.pose.mediapipe import BROWS, EYES, FACE_LANDMARKS, FACE_NOSE, INNER_LIPS, JAW, OUTER_LIPS
from preprocess.pose.skeleton import FACE, L_EYE, R_EYE
from preprocess.pose.skeleton import NOSE as NOSE_JOINT
from preprocess.types import Floats
from tests.preprocess.clips import observe_example

# The first index of each part in the iBUG layout.
PARTS = {"jaw": 0, "brows": 17, "nose": 27, "eyes": 36, "outer lips": 48, "inner lips": 60}


def part(face: Floats, name: str) -> Floats:
    first = PARTS[name]
    return face[first : min([start for start in PARTS.values() if start > first], default=68)]


@pytest.fixture(scope="module")
def face() -> Floats:
    poses = observe_example("mia").poses
    assert (poses.scores[0, FACE] == 1).all()
    return poses.face[0]


def test_the_parts_have_the_sizes_of_the_ibug_layout() -> None:
    assert [len(table) for table in (JAW, BROWS, FACE_NOSE, EYES, OUTER_LIPS, INNER_LIPS)] == [17, 10, 9, 12, 12, 8]
    assert len(set(FACE_LANDMARKS)) == 68
    assert min(FACE_LANDMARKS) >= 0
    assert max(FACE_LANDMARKS) < 468


def test_the_eyes_agree_with_those_of_the_body(face: Floats) -> None:
    body = observe_example("mia").poses.body[0]
    eyes = part(face, "eyes")
    apart = np.linalg.norm(body[R_EYE] - body[L_EYE])
    assert np.linalg.norm(eyes[:6].mean(axis=0) - body[R_EYE]) < 0.3 * apart
    assert np.linalg.norm(eyes[6:].mean(axis=0) - body[L_EYE]) < 0.3 * apart
    assert np.linalg.norm(part(face, "nose")[3] - body[NOSE_JOINT]) < 0.5 * apart


def test_the_parts_lie_one_below_the_other(face: Floats) -> None:
    rows = [part(face, name)[:, 1].mean() for name in ("brows", "eyes", "nose", "outer lips")]
    assert rows == sorted(rows)
    assert part(face, "jaw")[8, 1] == part(face, "jaw")[:, 1].max() > rows[-1]


def test_the_right_side_of_the_person_comes_first(face: Floats) -> None:
    """For a person who faces the camera this is the image's left."""
    for name in ("jaw", "brows", "eyes"):
        points = part(face, name)
        assert points[: len(points) // 2, 0].mean() < points[-(len(points) // 2) :, 0].mean()


def test_the_inner_lips_lie_inside_the_outer(face: Floats) -> None:
    inner, outer = part(face, "inner lips"), part(face, "outer lips")
    assert (inner.min(axis=0) >= outer.min(axis=0)).all()
    assert (inner.max(axis=0) <= outer.max(axis=0)).all()
