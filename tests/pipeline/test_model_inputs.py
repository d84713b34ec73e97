"""What the networks see of the clips, and how their edit is pasted back."""

import numpy as np

from motionfollower.core.types import EditInputs
from motionfollower.pipeline.model_inputs import make_model_inputs, paste_back
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


def test_a_crop_contains_the_person_and_draws_their_joints() -> None:
    inputs = make_inputs()
    model_inputs = make_model_inputs(inputs, puppet=None, size=(64, 64))
    assert model_inputs.source.shape == (2, 64, 64, 3)
    assert model_inputs.source_mask[0].mean() > 0.2  # the person is a tenth of the whole frame
    assert not model_inputs.source_mask[0][[0, -1]].any()
    nose = model_inputs.crop.transform @ [60, 40, 1]
    y, x = np.unravel_index(model_inputs.source_pose[0].sum(axis=2).argmax(), (64, 64))
    assert np.hypot(x - nose[0], y - nose[1]) < 2


def test_without_a_crop_the_networks_see_the_whole_frame() -> None:
    drawings = RNG.integers(0, 256, (2, HEIGHT, WIDTH, 3), dtype=np.uint8)
    inputs = make_inputs(drawings)
    model_inputs = make_model_inputs(inputs, puppet=None, size=None)
    assert np.array_equal(model_inputs.source, inputs.source.frames)
    assert np.array_equal(model_inputs.source_pose, drawings)


def test_a_crop_draws_the_joints_again() -> None:
    drawings = RNG.integers(0, 256, (2, HEIGHT, WIDTH, 3), dtype=np.uint8)
    model_inputs = make_model_inputs(make_inputs(drawings), puppet=None, size=(64, 64))
    assert (model_inputs.source_pose == 0).mean() > 0.9


def test_the_detail_of_a_puppet_has_the_resolution_of_the_clip() -> None:
    inputs = make_inputs()
    model_inputs = make_model_inputs(inputs, inputs.source.frames, size=(32, 32))
    assert model_inputs.detail is not None
    assert model_inputs.detail.shape == (2, 96, 96, 3)  # the person's crop has 78 pixels of the clip
    assert model_inputs.part(range(1, 2)).detail is not None


def test_the_networks_change_is_added_to_the_detail_of_the_puppet() -> None:
    inputs = make_inputs()
    puppet = RNG.integers(0, 200, inputs.source.frames.shape, dtype=np.uint8)
    model_inputs = make_model_inputs(inputs, puppet, size=(32, 32))
    assert model_inputs.detail is not None
    frames = paste_back(model_inputs.detail.astype(np.float32) + 50, 0, model_inputs, inputs, puppet)
    covered = model_inputs.crop.coverage((WIDTH, HEIGHT))
    assert np.array_equal(frames[:, covered], puppet[:, covered] + 50)
    assert np.array_equal(frames[:, ~covered], inputs.source.frames[:, ~covered])


def test_without_a_puppet_the_edit_is_upscaled() -> None:
    inputs = make_inputs()
    model_inputs = make_model_inputs(inputs, puppet=None, size=(32, 32))
    frames = paste_back(np.full((2, 32, 32, 3), 77, np.float32), 0, model_inputs, inputs, puppet=None)
    assert (frames[:, model_inputs.crop.coverage((WIDTH, HEIGHT))] == 77).all()
