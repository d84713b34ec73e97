import numpy as np

from motionfollower.core.types import EditInputs
from motionfollower.pipeline.crop import make_model_inputs, paste_back
from preprocess.pose.skeleton import JOINTS
from preprocess.types import Clip, MaskSequence, PoseSequence

RNG = np.random.default_rng(8)
WIDTH, HEIGHT = 160, 96


def make_inputs(drawings: np.ndarray | None = None) -> EditInputs:
    """Two frames of smooth noise, a person of 24 × 60 pixels left of the middle, a nose at (60, 40)."""
    coarse = RNG.integers(60, 200, (2, 6, 10, 3))
    frames = np.kron(coarse, np.ones((1, 16, 16, 1))).astype(np.uint8)
    keypoints, scores = np.zeros((2, JOINTS, 2), np.float32), np.zeros((2, JOINTS), np.float32)
    keypoints[:, 0], scores[:, 0] = (60, 40), 1
    poses = PoseSequence(keypoints, scores, (WIDTH, HEIGHT), drawings)
    masks = np.zeros((2, HEIGHT, WIDTH), bool)
    masks[:, 20:80, 48:72] = True
    person = MaskSequence(masks, "test")
    return EditInputs(Clip(frames, 8.0), poses, poses, person, person)


def test_a_crop_holds_the_person_and_marks_its_joints() -> None:
    inputs = make_inputs()
    view = make_model_inputs(inputs, puppet=None, size=(64, 64))
    assert view.source.shape == (2, 64, 64, 3)
    assert view.source_mask[0].mean() > 0.2  # of the whole picture the person is a tenth
    assert not view.source_mask[0][[0, -1]].any()
    nose = view.framing.transform @ [60, 40, 1]
    y, x = np.unravel_index(view.source_pose[0].sum(axis=2).argmax(), (64, 64))
    assert np.hypot(x - nose[0], y - nose[1]) < 2


def test_without_a_crop_the_networks_see_the_clip_itself() -> None:
    drawings = RNG.integers(0, 256, (2, HEIGHT, WIDTH, 3), dtype=np.uint8)
    inputs = make_inputs(drawings)
    view = make_model_inputs(inputs, puppet=None, size=None)
    assert np.array_equal(view.source, inputs.source.frames)
    assert np.array_equal(view.source_pose, drawings)


def test_a_crop_draws_the_joints_anew() -> None:
    drawings = RNG.integers(0, 256, (2, HEIGHT, WIDTH, 3), dtype=np.uint8)
    view = make_model_inputs(make_inputs(drawings), puppet=None, size=(64, 64))
    assert (view.source_pose == 0).mean() > 0.9


def test_the_detail_of_a_puppet_is_as_fine_as_the_clip() -> None:
    inputs = make_inputs()
    view = make_model_inputs(inputs, inputs.source.frames, size=(32, 32))
    assert view.detail is not None
    assert view.detail.shape == (2, 96, 96, 3)  # the person's crop has 78 pixels of the clip
    assert view.part(range(1, 2)).detail is not None


def test_a_change_comes_back_upon_all_the_puppets_detail() -> None:
    inputs = make_inputs()
    puppet = RNG.integers(0, 200, inputs.source.frames.shape, dtype=np.uint8)
    view = make_model_inputs(inputs, puppet, size=(32, 32))
    assert view.detail is not None
    frames = paste_back(view.detail.astype(np.float32) + 50, 0, view, inputs, puppet)
    covered = view.framing.coverage((WIDTH, HEIGHT))
    assert np.array_equal(frames[:, covered], puppet[:, covered] + 50)
    assert np.array_equal(frames[:, ~covered], inputs.source.frames[:, ~covered])


def test_without_a_puppet_the_edit_is_enlarged() -> None:
    inputs = make_inputs()
    view = make_model_inputs(inputs, puppet=None, size=(32, 32))
    frames = paste_back(np.full((2, 32, 32, 3), 77, np.float32), 0, view, inputs, puppet=None)
    assert (frames[:, view.framing.coverage((WIDTH, HEIGHT))] == 77).all()
