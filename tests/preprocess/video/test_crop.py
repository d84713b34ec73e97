"""Working sizes, and crops: their boxes, the mapping to the cropped size, and its inverse."""

import cv2
import numpy as np
import pytest

from preprocess.pose.skeleton import JOINTS
from preprocess.types import InputError, MaskSequence, PoseSequence
from preprocess.video.crop import Crop, fit_within, working_size

CASES = [
    (make, clip_size, size)
    for make in (Crop.letterbox, Crop.crop)
    for clip_size in ((160, 90), (90, 160), (101, 67))
    for size in ((64, 64), (96, 32), (333, 222))
]


def smooth(size):
    """An image without detail finer than about 20 pixels, uint8 [1, H, W, 3]."""
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    waves = [np.sin(x / 13 + y / 17), np.cos(x / 19), np.sin(y / 15)]
    return np.stack([128 + 90 * wave for wave in waves], axis=-1)[None].astype(np.uint8)


def masks_of(box, size=(160, 90), frames=2):
    """The box (left, top, right, bottom) in the last frame; the other masks are empty."""
    masks = np.zeros((frames, size[1], size[0]), np.bool_)
    masks[-1, box[1] : box[3], box[0] : box[2]] = True
    return MaskSequence(masks, "test")


@pytest.mark.parametrize(
    ("size", "expected"),
    [((512, 512), (512, 512)), ((1080, 1920), (384, 704)), ((1920, 1080), (704, 384)), ((8000, 16), (1024, 256))],
)
def test_working_size(size, expected):
    assert working_size(size) == expected


def test_working_size_is_in_whole_multiples():
    rng = np.random.default_rng(0)
    for width, height in rng.integers(16, 8192, (200, 2)):
        size = working_size((int(width), int(height)), area=128 * 128, multiple=32)
        assert size[0] % 32 == size[1] % 32 == 0
        assert 0.5 < size[0] * size[1] / 128**2 < 2


def test_fit_within():
    assert fit_within((1920, 1080), 960) == (960, 540)
    assert fit_within((100, 50), 960) == (100, 50)
    assert fit_within((8192, 16), 256) == (256, 1)


class TestBoxes:
    def test_letterbox_contains_the_frame(self):
        assert Crop.letterbox((200, 100), (64, 64)).box == (0, -50, 200, 200)

    def test_crop_fills_the_size(self):
        assert Crop.crop((200, 100), (64, 64)).box == (50, 0, 100, 100)

    def test_same_aspect_is_the_whole_frame(self):
        assert Crop.letterbox((200, 100), (64, 32)).box == Crop.crop((200, 100), (64, 32)).box == (0, 0, 200, 100)

    def test_distortion_is_an_error(self):
        with pytest.raises(ValueError, match="aspect"):
            Crop((0, 0, 100, 50), (64, 64))

    def test_around_is_no_larger_than_needed(self):
        assert Crop.around(masks_of((60, 30, 70, 60)), size=(64, 64), margin=0).box == (50, 30, 30, 30)

    def test_around_has_a_margin(self):
        assert Crop.around(masks_of((60, 30, 70, 60)), size=(64, 64), margin=0.2).box == (44, 24, 42, 42)

    def test_around_contains_all_masks(self):
        first, second = masks_of((20, 10, 30, 40)), masks_of((60, 30, 70, 60), frames=5)
        assert Crop.around(first, second, size=(64, 64), margin=0).box == (20, 10, 50, 50)

    def test_around_is_shifted_inside_the_frame(self):
        assert Crop.around(masks_of((0, 20, 10, 80)), size=(64, 64), margin=0).box == (0, 20, 60, 60)
        assert Crop.around(masks_of((150, 20, 160, 80)), size=(64, 64), margin=0.5).box == (70, 0, 90, 90)

    def test_around_a_person_wider_than_the_frame_is_high(self):
        assert Crop.around(masks_of((10, 40, 130, 80)), size=(64, 64), margin=0).box == (10, -15, 120, 120)

    def test_around_empty_masks(self):
        with pytest.raises(InputError, match="No mask shows a person"):
            Crop.around(masks_of((0, 0, 0, 0)), size=(64, 64))


class TestApply:
    @pytest.mark.parametrize(("make", "clip_size", "size"), CASES)
    def test_frames_and_joints_agree(self, make, clip_size, size):
        crop = make(clip_size, size)
        joint = np.array([clip_size[0] // 2 + 7, clip_size[1] // 2 - 9])
        frames = np.zeros((1, clip_size[1], clip_size[0], 3), np.uint8)
        cv2.circle(frames[0], joint.tolist(), 4, (255, 255, 255), -1)
        keypoints = np.zeros((1, JOINTS, 2), np.float32)
        keypoints[0, 0] = joint
        scores = np.zeros((1, JOINTS), np.float32)
        scores[0, 0] = 1

        moved = crop.apply_poses(PoseSequence(keypoints, scores, clip_size))
        weights = crop.apply(frames)[0, :, :, 0].astype(float)
        y, x = np.indices(weights.shape)
        dot = np.array([(x * weights).sum(), (y * weights).sum()]) / weights.sum()
        assert np.abs(moved.keypoints[0, 0] - dot).max() < 0.5
        assert moved.size == size
        assert not moved.keypoints[0, 1:].any()

    @pytest.mark.parametrize(("make", "clip_size", "size"), CASES)
    def test_agrees_with_warp_affine(self, make, clip_size, size):
        crop = make(clip_size, size)
        frames = smooth(clip_size)
        warped = cv2.warpAffine(
            frames[0], crop.transform, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        assert np.abs(crop.apply(frames)[0].astype(int) - warped).mean() < 2

    def test_the_whole_frame_at_its_size_is_unchanged(self):
        frames = np.random.default_rng(0).integers(0, 256, (2, 20, 30, 3), dtype=np.uint8)
        crop = Crop.crop((30, 20), (30, 20))
        assert np.array_equal(crop.apply(frames), frames)
        assert np.array_equal(crop.undo(frames, (30, 20)), frames)

    def test_there_is_no_aliasing(self):
        frames = np.zeros((1, 64, 64, 3), np.uint8)
        frames[:, :, ::2] = 255
        assert np.ptp(Crop.crop((64, 64), (16, 16)).apply(frames)[0, 4:-4, 4:-4].astype(int)) < 8

    def test_beyond_the_frame(self):
        frames = np.full((1, 50, 100, 3), 200, np.uint8)
        crop = Crop.letterbox((100, 50), (64, 64))
        assert (crop.apply(frames) == 200).all()
        masks = crop.apply_masks(np.ones((1, 50, 100), np.bool_))
        assert masks[0, 16:48].all()
        assert not masks[0, :16].any()
        assert not masks[0, 48:].any()

    def test_masks_and_frames_agree(self):
        masks = masks_of((50, 20, 80, 70)).masks
        crop = Crop.crop((160, 90), (64, 64))
        frames = crop.apply(np.repeat(masks[..., None], 3, axis=-1).astype(np.uint8) * 255)
        assert (crop.apply_masks(masks) == (frames[..., 0] >= 128)).mean() > 0.99


class TestUndo:
    @pytest.mark.parametrize(("make", "clip_size", "size"), CASES)
    def test_round_trip(self, make, clip_size, size):
        crop = make(clip_size, size)
        frames = smooth(clip_size)
        back = crop.undo(crop.apply(frames), clip_size)
        covered = crop.coverage(clip_size)
        assert np.abs(back[0].astype(int) - frames[0])[covered].mean() < 1.5
        assert not back[0][~covered].any()

    def test_coverage(self):
        assert Crop.letterbox((100, 50), (64, 64)).coverage((100, 50)).all()
        covered = Crop.crop((101, 50), (64, 64)).coverage((101, 50))
        assert covered[:, 26:75].all()  # the box spans 25.5 to 75.5
        assert covered.sum() == 49 * 50

    def test_floats_of_any_channels(self):
        cropped = np.random.default_rng(0).random((2, 32, 32, 4), dtype=np.float32)
        back = Crop((10, 5, 32, 32), (32, 32)).undo(cropped, (60, 50))
        assert back.dtype == np.float32
        assert np.array_equal(back[:, 5:37, 10:42], cropped)
        assert back.sum() == pytest.approx(cropped.sum(), rel=1e-5)

    def test_person_centred_crop(self):
        frames = smooth((160, 90))
        crop = Crop.around(masks_of((100, 20, 130, 80)), size=(128, 128))
        back = crop.undo(crop.apply(frames), (160, 90))
        covered = crop.coverage((160, 90))
        assert covered[20:80, 100:130].all()
        assert np.abs(back[0].astype(int) - frames[0])[covered].mean() < 1
