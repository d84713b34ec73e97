"""The metrics of an edit, from its finished frames."""

from pathlib import Path

import numpy as np
import pytest

from motionfollower.core.types import EditMetrics, Origin, StepLosses
from motionfollower.pipeline.metrics import (
    BackgroundKept,
    ChunkMetrics,
    combine_losses,
    combine_metrics,
    compare_poses,
    flicker,
    measure_chunk,
    psnr,
    read_result,
)
from preprocess.pose.skeleton import L_WRIST, NECK, R_WRIST
from preprocess.progress import OnProgress, ignore_progress
from preprocess.types import Clip, ClipPoint, InputError, Observation, PoseSequence
from preprocess.video.crop import Crop
from preprocess.video.probe import probe
from preprocess.video.write import write_frames
from tests.preprocess.figures import as_poses, standing

SIZE = (160, 200)
TARGET = standing(2, SIZE, 150, (80, 190))


def test_only_pixels_with_all_channels_equal_are_kept() -> None:
    source = np.zeros((2, 4, 4, 3), np.uint8)
    edited = source.copy()
    edited[0, :2, :, 2] = 1  # half of the first frame, in blue alone
    kept = BackgroundKept()
    pairs = list(kept.watch(zip(source, edited, strict=True)))
    assert kept.fraction == pytest.approx(0.75)
    assert all(np.array_equal(first, source[0]) for first, _ in pairs)
    assert all(np.array_equal(second, frame) for (_, second), frame in zip(pairs, edited, strict=True))


def test_a_pose_matches_except_for_one_wrist() -> None:
    assert compare_poses(TARGET, TARGET) == (1.0, 0.0)
    bodies = TARGET.body.copy()
    bodies[0, R_WRIST] += (36, 0)
    match, error = compare_poses(as_poses(bodies, SIZE), TARGET)
    assert match == pytest.approx(35 / 36)
    assert error == pytest.approx(1.0)


def test_an_invisible_joint_is_no_match_and_one_outside_the_frame_is_not_counted() -> None:
    scores = TARGET.scores.copy()
    scores[0, R_WRIST] = 0
    match, error = compare_poses(PoseSequence(TARGET.keypoints, scores, SIZE), TARGET)
    assert (match, error) == (35 / 36, 0.0)
    bodies = TARGET.body.copy()
    bodies[0, L_WRIST] = (-20, 50)
    assert compare_poses(TARGET, as_poses(bodies, SIZE)) == (1.0, 0.0)


def test_psnr_is_that_of_the_chosen_pixels() -> None:
    frames, where = np.zeros((2, 4, 4, 3), np.uint8), np.zeros((2, 4, 4), bool)
    truth = np.full_like(frames, 51)
    assert np.isnan(psnr(frames, truth, where))
    where[1] = True
    assert psnr(frames, truth, where) == pytest.approx(20 * np.log10(5))  # a fifth of 255 off
    frames[1] = 51
    assert psnr(frames, truth, where) > 138
    assert psnr(frames, truth, ~where) < 14


def test_steady_motion_does_not_flicker() -> None:
    ramp = np.arange(5, dtype=np.uint8)[:, None, None, None] * np.full((1, 4, 4, 3), 20, np.uint8)
    assert flicker(ramp) == 0
    ramp[2] += 8
    assert flicker(ramp) == pytest.approx((4 + 8 + 4) / 3)
    assert flicker(ramp[:2]) == 0


class Blind:
    """A pose estimator that finds no person."""

    def estimate(
        self, clip: Clip, person: ClipPoint | None = None, on_progress: OnProgress = ignore_progress
    ) -> Observation:
        on_progress(len(clip))
        raise InputError("No person.")


class Exact:
    """A pose estimator that finds the target poses, and remembers where it looked for the person."""

    def __init__(self) -> None:
        self.points: list[ClipPoint | None] = []

    def estimate(
        self, clip: Clip, person: ClipPoint | None = None, on_progress: OnProgress = ignore_progress
    ) -> Observation:
        self.points.append(person)
        return Observation(TARGET)


@pytest.fixture
def noise() -> Clip:
    """Two frames; seed 0."""
    return Clip(np.random.default_rng(0).integers(0, 255, (2, 200, 160, 3), dtype=np.uint8), 8)


def test_a_result_without_a_person_has_no_pose_to_match(noise: Clip) -> None:
    counts: list[int] = []
    measured = measure_chunk(noise, TARGET, Blind(), is_selected=False, on_progress=counts.append)
    assert (measured, counts) == (ChunkMetrics(None, None, 0.0), [2])
    metrics = combine_metrics(1.0, [measured], [0.0])
    assert metrics == EditMetrics(1.0, None, None, 0.0, 0.0)
    assert "no person found" in str(metrics)


def test_a_selected_person_is_looked_for_at_the_aligned_neck(noise: Clip) -> None:
    estimator = Exact()
    for is_selected in (False, True):
        assert measure_chunk(noise, TARGET, estimator, is_selected=is_selected).pose_match == 1
    x, y = TARGET.body[0, NECK] / SIZE
    assert estimator.points == [None, ClipPoint(float(x), float(y), 0)]


def test_chunks_are_averaged_and_those_without_a_person_have_no_pose() -> None:
    chunks = [ChunkMetrics(0.5, 4.0, 1.0), ChunkMetrics(None, None, 2.0), ChunkMetrics(1.0, 2.0, 3.0)]
    assert combine_metrics(0.25, chunks, [5.0, 7.0, 9.0]) == EditMetrics(0.25, 0.75, 3.0, 2.0, 7.0)


def test_chunks_without_a_person_have_no_losses() -> None:
    mean = combine_losses([(StepLosses(0, 1.0, 2.0),), (), (StepLosses(0, 3.0, 6.0),)])
    assert mean == (StepLosses(0, 2.0, 4.0),)


def test_a_result_is_measured_at_the_working_size(noise: Clip, tmp_path: Path) -> None:
    write_frames(tmp_path / "frames", noise.frames)
    read = read_result(tmp_path / "frames", range(1, 2), 8, noise.size, None)
    assert np.array_equal(read.frames, noise.frames[1:])
    crop = Crop.letterbox(noise.size, (64, 64))
    origin = Origin(probe(tmp_path / "frames"), 0.0, crop)
    read = read_result(tmp_path / "frames", range(2), 8, noise.size, origin)
    assert np.array_equal(read.frames, crop.apply(noise.frames))
