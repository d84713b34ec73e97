"""The quality benchmark: regions, scores, the rigid baseline and the reports, on a clip of moving boxes."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from motionfollower.core.types import EditInputs
from motionfollower.research.evaluation.quality.clip import BenchmarkClip
from motionfollower.research.evaluation.quality.identity import identity_distance
from motionfollower.research.evaluation.quality.methods import Method, MethodEdit, move_rigidly, track_memory
from motionfollower.research.evaluation.quality.presets_report import PresetRow, PresetTable, write_presets
from motionfollower.research.evaluation.quality.regions import ScoreRegions
from motionfollower.research.evaluation.quality.report import ClipScores, Quality, write_quality, write_strip
from motionfollower.research.evaluation.quality.score import MAX_PSNR, Score, mean_score, score
from motionfollower.research.synthetic.annotations.visibility import Visibility
from motionfollower.research.synthetic.export.clip import RenderedClip
from preprocess.pose.skeleton import BODY, JOINTS, L_HIP, L_SHOULDER, NECK, R_HIP, R_SHOULDER
from preprocess.progress import OnProgress, ignore_progress
from preprocess.types import Clip, ClipPoint, InputError, Observation, PoseSequence

SIZE = 96
FRAMES = 3
JOINTS_OF_A_BOX = {NECK: (0, 0), R_SHOULDER: (-8, 2), L_SHOULDER: (8, 2), R_HIP: (-6, 30), L_HIP: (6, 30)}


def render_box(left: int, colour: int = 200) -> RenderedClip:
    """A coloured box of 24 × 48 pixels that moves from column `left` by a pixel per frame, with a shadow."""
    random = np.random.default_rng(0)
    plates = np.repeat(random.integers(60, 90, (1, SIZE, SIZE, 3)), FRAMES, axis=0).astype(np.uint8)
    alpha, shade = np.zeros((FRAMES, SIZE, SIZE), np.uint8), np.full((FRAMES, SIZE, SIZE), 255, np.uint8)
    frames, joints = plates.copy(), np.zeros((FRAMES, JOINTS, 2), np.float32)
    for index in range(FRAMES):
        x = left + index
        alpha[index, 20:68, x : x + 24], shade[index, 72:80, x : x + 24] = 255, 128
        frames[index, 20:68, x : x + 24] = (colour, 40, 40)
        frames[index, 72:80, x : x + 24] //= 2
        for joint, (across, down) in JOINTS_OF_A_BOX.items():
            joints[index, joint] = x + 12 + across, 28 + down
    visibility = np.where(joints.any(axis=2), Visibility.SEEN, Visibility.OUTSIDE).astype(np.uint8)
    return RenderedClip(8.0, frames, plates, alpha, shade, joints, visibility)


@dataclass(frozen=True)
class FakeEstimator:
    """An estimator that returns given poses, or finds no person."""

    poses: PoseSequence | None

    def estimate(
        self, clip: Clip, person: ClipPoint | None = None, on_progress: OnProgress = ignore_progress
    ) -> Observation:
        on_progress(len(clip))
        if self.poses is None:
            raise InputError("No person was found.")
        return Observation(self.poses)


@pytest.fixture
def clip(tmp_path: Path) -> BenchmarkClip:
    return BenchmarkClip(900_001, tmp_path, render_box(10), render_box(50, colour=90), render_box(50))


def method_edit(frames: np.ndarray, method: Method = Method.OURS) -> MethodEdit:
    return MethodEdit(method, frames, 1.5, 100.0)


def measure(clip: BenchmarkClip, frames: np.ndarray, poses: PoseSequence | None = None) -> Score:
    return score(clip, method_edit(frames), ScoreRegions.of(clip), FakeEstimator(poses))


def test_regions_are_disjoint_and_not_empty(clip: BenchmarkClip):
    regions = ScoreRegions.of(clip)
    parts = np.stack([regions.person, regions.vacated, regions.shadow, regions.background])
    assert parts.any(axis=(1, 2, 3)).all()
    assert parts.sum(axis=0).max() == 1
    assert regions.vacated[0, 40, 12]
    assert regions.shadow[0, 78, 12]


def test_the_ground_truth_has_perfect_scores(clip: BenchmarkClip):
    perfect = measure(clip, clip.truth.frames, clip.truth.poses)
    assert perfect.person_psnr == perfect.vacated_psnr == perfect.shadow_psnr == perfect.background_psnr == MAX_PSNR
    assert (perfect.person_ssim, perfect.pose_pck) == (1, 1)
    assert perfect.identity == perfect.flicker == perfect.pose_px == 0


def test_a_copy_of_the_source_scores_in_the_background_alone(clip: BenchmarkClip):
    copy = measure(clip, clip.source.frames, clip.source.poses)
    assert copy.background_psnr == MAX_PSNR
    assert max(copy.person_psnr, copy.vacated_psnr) < 15
    assert copy.pose_pck == 0
    assert copy.pose_px == pytest.approx(40)
    assert copy.identity > 20


def test_an_edit_without_a_person_has_no_pose_error(clip: BenchmarkClip):
    lost = measure(clip, clip.truth.frames, None)
    assert lost.pose_pck == 0
    assert np.isnan(lost.pose_px)


def test_flicker_measures_changes_that_the_ground_truth_lacks(clip: BenchmarkClip):
    flickering = clip.truth.frames.copy()
    flickering[1] += 10
    assert measure(clip, flickering, clip.truth.poses).flicker == pytest.approx(10)


def test_identity_distance_grows_with_the_colour_difference(clip: BenchmarkClip):
    truth = clip.truth
    same, near, far = (
        identity_distance(render_box(50, colour).frames, truth.frames, truth.poses, truth.masks.masks)
        for colour in (200, 180, 90)
    )
    assert 0 == same < near < far


def test_the_rigid_baseline_moves_the_person_unchanged(clip: BenchmarkClip):
    source, truth = clip.source, clip.truth
    inputs = EditInputs(source.clip, source.poses, truth.poses, source.masks, truth.masks)
    moved = move_rigidly(inputs, source.plates)
    inside = truth.masks.masks.copy()
    inside[:, :24], inside[:, 64:] = False, False
    columns = np.flatnonzero(inside[0].any(axis=0))[3:-3]
    np.testing.assert_allclose(moved[0, 30:60, columns], truth.frames[0, 30:60, columns], atol=2)


def test_peak_memory_is_tracked():
    with track_memory() as peak:
        np.ones(40 * 2**20)
    assert peak.mb > 40


def test_means_skip_missing_numbers():
    some = Score(*range(11))
    none = replace(some, pose_px=float("nan"), person_psnr=float("nan"), seconds=11)
    mean = mean_score([some, none])
    assert (mean.pose_px, mean.seconds) == (6, 10)
    assert np.isnan(mean_score([none]).pose_px)


def test_the_report_has_a_row_per_method_and_the_strips(clip: BenchmarkClip, tmp_path: Path):
    edits = [method_edit(clip.truth.frames, method) for method in Method]
    write_strip(tmp_path, clip, edits)
    scores = {method: Score(*range(index, index + 11)) for index, method in enumerate(Method)}
    scores[Method.COPY] = replace(scores[Method.COPY], pose_px=float("nan"))
    quality = Quality({"backend": "embedded"}, [ClipScores(900_001, scores, {Method.COPY: "<no person> found"})])
    write_quality(tmp_path, quality)
    report = json.loads((tmp_path / "quality.json").read_text())
    assert {"ours", "ours_true_inputs", "puppet", "rigid", "copy", "no_guidance"} <= report.keys()
    assert report["copy"]["pose_px"] is None
    assert report["clips"][0]["seed"] == 900_001
    page = (tmp_path / "report.html").read_text()
    assert "strip-900001.jpg" in page
    assert "&lt;no person&gt; found" in page
    assert (tmp_path / "strip-900001.jpg").stat().st_size > 1000
    assert quality.text().count("\n") == len(Method)


def test_the_box_has_body_joints(clip: BenchmarkClip):
    assert (clip.truth.poses.scores[:, BODY] > 0).sum(axis=1).tolist() == [len(JOINTS_OF_A_BOX)] * FRAMES


def test_the_report_of_presets_has_cost_and_loss(tmp_path: Path):
    quality = Score(*range(20, 31))
    worse = replace(quality, person_psnr=19.5, pose_px=52.0)
    rows = [PresetRow.against(quality, "draft", worse, 0.1), PresetRow.against(quality, "quality", quality, 1.0)]
    table = PresetTable({"backend": "embedded", "strength": 1.0}, rows)
    write_presets(tmp_path, table)
    report = json.loads((tmp_path / "presets.json").read_text())
    assert (report["draft"]["flops_share"], report["draft"]["psnr_loss"]) == (0.1, 0.5)
    assert report["draft"]["pose_growth"] == pytest.approx(1.0)
    assert report["quality"]["psnr_loss"] == 0
    assert "draft" in (tmp_path / "presets.svg").read_text()
    assert "strength 1.0" in table.text()
    unseen = PresetRow.against(quality, "draft", replace(quality, pose_px=float("nan")), 0.1)
    write_presets(tmp_path, PresetTable({}, [unseen]))
    assert json.loads((tmp_path / "presets.json").read_text())["draft"]["pose_growth"] is None
