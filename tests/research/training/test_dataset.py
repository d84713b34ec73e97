"""Training clips from shards and videos: their ground truth, and which sources are skipped."""

from pathlib import Path

import numpy as np
import pytest

from motionfollower.core.config import PrepareSettings
from motionfollower.core.errors import InputError
from motionfollower.pipeline.backends import load_preprocessors
from motionfollower.research.training.data.augment import jitter_poses, perturb_masks
from motionfollower.research.training.data.dataset import ClipSet, ClipShape, fill_clip_set, find_sources
from motionfollower.research.training.data.real import clips_of_video
from motionfollower.research.training.data.synthetic import clips_of_shard
from preprocess.pose.skeleton import BODY, L_ELBOW, MIRRORED, R_ELBOW
from preprocess.types import MaskSequence, PoseSequence
from tests.preprocess.figures import capsules, raise_arms, standing

SIZE = (64, 80)
FRAMES = 8
WALL, PERSON = 200, 60


def make_shard() -> dict[str, np.ndarray]:
    """A grey figure before a white wall that stands in one motion and raises the arms in the other."""
    still = standing(FRAMES, SIZE, 60, (32, 75))
    motions = (still, raise_arms(still, slice(0, FRAMES)))
    masks = np.stack([capsules(poses, 5).masks for poses in motions])
    return {
        "images": np.repeat(np.where(masks, PERSON, WALL)[..., None], 3, axis=4).astype(np.uint8),
        "alpha": np.where(masks, 255, 0).astype(np.uint8),
        "shade": np.full(masks.shape, 255, np.uint8),
        "plates": np.full((1, SIZE[1], SIZE[0], 3), WALL, np.uint8),
        "joints": np.stack([poses.keypoints for poses in motions]),
        "visibility": np.stack([np.where(poses.scores > 0, 2, 0) for poses in motions]).astype(np.uint8),
        "fps": np.float32(8),
    }


def write_shard(path: Path) -> Path:
    np.savez_compressed(path, **make_shard())  # type: ignore[arg-type]
    return path


def test_mirroring_swaps_sides_and_is_its_own_inverse() -> None:
    assert MIRRORED[L_ELBOW] == R_ELBOW
    assert [MIRRORED[joint] for joint in MIRRORED] == list(range(128))


def test_the_ground_truth_shows_the_person_in_the_target_mask() -> None:
    (clip,) = clips_of_shard(make_shard(), 48, with_puppet=True, seed=1)
    assert clip.truth.shape == (8, 48, 48, 3)
    inside = clip.target_mask & ~clip.source_mask
    assert clip.truth[inside].mean() < (PERSON + WALL) / 2 < clip.source[inside].mean()
    assert np.abs(clip.puppet[clip.target_mask].astype(int) - PERSON).mean() < 60


def test_the_same_seed_makes_the_same_clip_and_another_another() -> None:
    first, again, other = (next(clips_of_shard(make_shard(), 48, with_puppet=True, seed=seed)) for seed in (1, 1, 2))
    assert (first.puppet == again.puppet).all()
    assert (first.target_pose == again.target_pose).all()
    assert not (first.source == other.source).all()


def test_without_a_puppet_it_is_black() -> None:
    (clip,) = clips_of_shard(make_shard(), 48, with_puppet=False, seed=1)
    assert not clip.puppet.any()


def test_jitter_is_small_and_leaves_missing_joints_missing() -> None:
    poses = standing(FRAMES, SIZE, 60, (32, 75))
    scores = poses.scores.copy()
    scores[:, L_ELBOW] = 0
    poses = PoseSequence(poses.keypoints, scores, SIZE)
    jittered = jitter_poses(poses, np.random.default_rng(0))
    errors = np.linalg.norm(jittered.body - poses.body, axis=2)
    assert not jittered.keypoints[:, L_ELBOW].any()
    assert 0 < np.delete(errors, L_ELBOW, axis=1).max() < 4
    assert (jittered.scores[:, BODY] == scores[:, BODY]).all()


def test_perturbed_masks_differ_at_the_outline_alone() -> None:
    masks = capsules(standing(FRAMES, SIZE, 60, (32, 75)), 9)
    perturbed = perturb_masks(masks, np.random.default_rng(0)).masks
    assert (perturbed != masks.masks).any()
    assert (perturbed & masks.masks).sum() > 0.7 * (perturbed | masks.masks).sum()
    empty = MaskSequence(np.zeros_like(masks.masks), "drawn")
    assert not perturb_masks(empty, np.random.default_rng(0)).masks.any()


def fill(folder: Path, sources: list[Path], shape: ClipShape) -> list[int]:
    """Fill a set in this process; the numbers of sources that are reported done."""
    done = list[int]()
    fill_clip_set(folder, sources, shape, 1, done.append)
    return done


def test_a_set_is_made_once_and_repaired(tmp_path: Path) -> None:
    shards = [write_shard(tmp_path / f"{seed:06d}.npz") for seed in (1, 2)]
    shape = ClipShape(48, with_puppet=True)
    assert find_sources([tmp_path]) == shards
    assert fill(tmp_path / "set", shards, shape) == [1, 2]
    clips = ClipSet.open(tmp_path / "set", held_out=1)
    assert len(clips.training) == len(clips.held_out) == 1
    whole = clips.held_out[0].read_bytes()
    clips.held_out[0].write_bytes(whole[:100])
    assert fill(tmp_path / "set", shards, shape) == [1, 2]
    assert clips.held_out[0].read_bytes() == whole
    with pytest.raises(InputError, match="another shape"):
        fill_clip_set(tmp_path / "set", shards, ClipShape(64, with_puppet=True), jobs=1)


def test_a_damaged_shard_is_skipped_and_named(tmp_path: Path) -> None:
    good, damaged = write_shard(tmp_path / "000001.npz"), tmp_path / "000002.npz"
    damaged.write_bytes(good.read_bytes()[:2000])
    skipped = fill_clip_set(tmp_path / "set", [good, damaged], ClipShape(48, with_puppet=True), jobs=1)
    assert len(skipped) == 1
    assert "000002.npz" in skipped[0]
    assert len(ClipSet.open(tmp_path / "set", held_out=0).training) == 1


def test_the_second_half_of_a_video_is_the_ground_truth_of_its_first_half() -> None:
    video = Path(__file__).parents[3] / "examples/source-mia-room.mp4"
    settings = PrepareSettings(frames=16, size=(160, 120))
    (clip,) = clips_of_video(video, 64, with_puppet=True, settings=settings, preprocessors=load_preprocessors())
    assert len(clip) == 8
    assert clip.target_pose.any()
    assert clip.target_mask.mean() > 0.05
    assert (clip.source != clip.truth).mean() > 0.05


def test_a_video_that_is_too_short_is_refused() -> None:
    video = Path(__file__).parents[3] / "examples/source-mia-room.mp4"
    settings = PrepareSettings(frames=4, size=(160, 120))
    with pytest.raises(InputError, match="4 frames; at least 16 are needed"):
        next(clips_of_video(video, 64, with_puppet=True, settings=settings, preprocessors=load_preprocessors()))


def test_a_folder_without_sources_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No shards"):
        find_sources([tmp_path])
