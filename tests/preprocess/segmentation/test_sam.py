"""Masks by Segment Anything: prompts, checks and fallback."""

import numpy as np

from preprocess.pose.skeleton import JOINTS, L_ANKLE, L_HIP, NECK, NOSE, R_ANKLE, R_HIP
from preprocess.progress import OnProgress, ignore_progress
from preprocess.segmentation.sam import CachedPredictor, SamSegmenter
from preprocess.segmentation.sam_prompts import body_points, box_around, leaks, make_prompts, typical_areas
from preprocess.types import Bools, Clip, MaskSequence, Observation, PoseSequence
from preprocess.warnings import ClipWarning, WarningCode
from tests.preprocess.segmentation.tiny_sam import BrightPredictor, tiny_sam

SIZE = (96, 128)
FRAMES = 6
JOINT_POSITIONS = {
    NOSE: (48, 24),
    NECK: (48, 36),
    R_HIP: (42, 70),
    L_HIP: (54, 70),
    R_ANKLE: (40, 104),
    L_ANKLE: (56, 104),
}


def person_mask(frames: int = FRAMES) -> Bools:
    mask = np.zeros((frames, SIZE[1], SIZE[0]), bool)
    mask[:, 16:112, 36:60] = True
    return mask


def seen(frames: int = FRAMES) -> Observation:
    keypoints, scores = np.zeros((frames, JOINTS, 2), np.float32), np.zeros((frames, JOINTS), np.float32)
    for joint, position in JOINT_POSITIONS.items():
        keypoints[:, joint], scores[:, joint] = position, 0.9
    return Observation(PoseSequence(keypoints, scores, SIZE))


def clip(mask: Bools) -> Clip:
    return Clip(np.repeat(mask[..., None] * np.uint8(255), 3, axis=3), 10.0)


class HalfSegmenter:
    """A segmenter that returns the left half of the person."""

    def segment(
        self, clip: Clip, seen: Observation, on_progress: OnProgress = ignore_progress
    ) -> tuple[MaskSequence, tuple[ClipWarning, ...]]:
        mask = person_mask(len(clip))
        mask[:, :, 48:] = False
        on_progress(len(clip))
        return MaskSequence(mask, "known"), ()


def run(
    predictor: BrightPredictor, mask: Bools, observation: Observation
) -> tuple[MaskSequence, tuple[ClipWarning, ...]]:
    return SamSegmenter(predictor, HalfSegmenter()).segment(clip(mask), observation)


def test_the_best_mask_that_fits_the_pose_is_used():
    predictor = BrightPredictor()
    masks, warnings = run(predictor, person_mask(), seen())
    assert np.array_equal(masks.masks, person_mask())
    assert (masks.origin, warnings, predictor.calls) == ("sam", (), FRAMES)


def test_an_inverted_mask_is_prompted_again():
    predictor = BrightPredictor(0, 1, 2)
    masks, warnings = run(predictor, person_mask(), seen())
    assert np.array_equal(masks.masks, person_mask())
    assert (warnings, predictor.calls) == ((), FRAMES + 3)


def test_where_every_mask_is_inverted_the_fallback_is_used_and_named():
    masks, warnings = run(BrightPredictor(4, 5, 6, 7), person_mask(), seen())
    assert np.array_equal(np.delete(masks.masks, 4, axis=0), person_mask(FRAMES - 1))
    assert masks.masks[4].sum() == person_mask(1).sum() / 2
    assert warnings == (ClipWarning(WarningCode.MASK_FALLBACK, (4,), values={"origin": "known"}),)


def test_a_mask_with_an_untypical_area_is_rejected():
    mask = person_mask()
    mask[3, 10:118, 20:76] = True
    masks, warnings = run(BrightPredictor(), mask, seen())
    assert masks.masks[3].sum() == person_mask(1).sum() / 2
    assert warnings[0].frames == (3,)


def test_frames_without_a_pose_stay_empty():
    observation = seen()
    observation.poses.scores[2] = 0
    masks, warnings = run(BrightPredictor(), person_mask(), observation)
    assert not masks.masks[2].any()
    assert masks.masks[1].any()
    assert not warnings


def test_prompts():
    poses = seen().poses
    points = body_points(poses.body[0], poses.body_scores[0], SIZE)
    box = box_around(points, SIZE)
    everything, person, loose, tight = make_prompts(points, box)
    assert len(points) == 9  # six joints, and the midpoints from the neck to the hips and the nose
    assert {tuple(point) for point in everything.points[everything.are_person]} >= set(JOINT_POSITIONS.values())
    assert len(everything.points) > len(person.points)
    assert person.are_person.all()
    assert loose.box is None
    assert not len(tight.points)
    assert box[0] < 40
    assert box[3] > 104


def test_points_outside_the_frame_are_no_prompts():
    poses = seen().poses
    poses.keypoints[0, L_ANKLE] = (56, 200)
    assert body_points(poses.body[0], poses.body_scores[0], SIZE)[:, 1].max() < SIZE[1]


def test_leaks():
    box = np.array((36, 16, 60, 112), np.float32)
    assert not leaks(person_mask(1)[0], box)
    assert leaks(~person_mask(1)[0], box)


def test_typical_areas_ignore_empty_masks():
    mask = person_mask()
    mask[1:3] = False
    assert set(typical_areas(mask)) == {person_mask(1).sum()}
    assert not typical_areas(np.zeros_like(mask)).any()


def test_encoded_images_are_cached():
    sam = tiny_sam()
    encodings = []
    sam.image_encoder.register_forward_hook(lambda *_: encodings.append(1))
    predictor, fresh = CachedPredictor(sam), CachedPredictor(tiny_sam())
    images = np.random.default_rng(0).integers(0, 256, (2, 40, 60, 3)).astype(np.uint8)
    prompt = {"point_coords": np.array([[30.0, 20.0]], np.float32), "point_labels": np.array([1])}
    for index in (0, 1, 0):
        predictor.set_image(images[index])
    assert len(encodings) == 2
    fresh.set_image(images[0])
    for ours, expected in zip(predictor.predict(**prompt), fresh.predict(**prompt), strict=True):
        np.testing.assert_array_equal(ours, expected)
    assert predictor.predict(**prompt)[0].shape == (3, 40, 60)


def test_a_whole_clip_with_the_real_network():
    """Untrained, its masks are arbitrary; every frame still gets a mask that covers the person's joints."""
    masks, _ = SamSegmenter(CachedPredictor(tiny_sam()), HalfSegmenter()).segment(clip(person_mask(2)), seen(2))
    assert masks.masks.any(axis=(1, 2)).all()
