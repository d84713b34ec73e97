"""The quality bench: regions, scores, the rigid move, the report; on a clip whose answer is plain to see."""

import json
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from motionfollower.core.types import EditInputs
from motionfollower.research.evaluation.quality.identity import identity_distance
from motionfollower.research.evaluation.quality.methods import Attempt, Method, move_rigidly, watching_memory
from motionfollower.research.evaluation.quality.presets_report import PresetRow, PresetTable, write_presets
from motionfollower.research.evaluation.quality.regions import ScoreRegions
from motionfollower.research.evaluation.quality.report import ClipScores, Quality, write_quality, write_strip
from motionfollower.research.evaluation.quality.score import MOST_PSNR, Score, mean_score, score
from motionfollower.research.evaluation.quality.subject import BenchmarkClip
from motionfollower.research.synthetic.annotations.visibility import Visibility
from motionfollower.research.synthetic.export.clip import RenderedClip
from preprocess.pose.skeleton import BODY, JOINTS, L_HIP, L_SHOULDER, NECK, R_HIP, R_SHOULDER
from preprocess.types import Clip, InputError, Observation, PoseSequence

SIZE = 96
FRAMES = 3
JOINTS_OF_A_BOX = {NECK: (0, 0), R_SHOULDER: (-8, 2), L_SHOULDER: (8, 2), R_HIP: (-6, 30), L_HIP: (6, 30)}


def footage(left: int, colour: int = 200) -> RenderedClip:
    """A coloured box of 24 × 48 pixels that stands at `left`, with a shadow at its foot."""
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
class TellsPoses:
    """An estimator that knows what it will see, or sees nobody."""

    poses: PoseSequence | None

    def estimate(self, clip: Clip) -> Generator[int, None, Observation]:
        yield len(clip)
        if self.poses is None:
            raise InputError("No person was found.")
        return Observation(self.poses)


@pytest.fixture
def subject(tmp_path: Path) -> BenchmarkClip:
    return BenchmarkClip(900_001, tmp_path, footage(10), footage(50, colour=90), footage(50))


def attempt(frames: np.ndarray, method: Method = Method.OURS) -> Attempt:
    return Attempt(method, frames, 1.5, 100.0)


def measure(subject: BenchmarkClip, frames: np.ndarray, poses: PoseSequence | None = None) -> Score:
    return score(subject, attempt(frames), ScoreRegions.of(subject), TellsPoses(poses))


def test_regions_part_the_picture(subject: BenchmarkClip):
    regions = ScoreRegions.of(subject)
    parts = np.stack([regions.person, regions.vacated, regions.shadow, regions.background])
    assert parts.any(axis=(1, 2, 3)).all()
    assert parts.sum(axis=0).max() == 1
    assert regions.vacated[0, 40, 12]
    assert regions.shadow[0, 78, 12]


def test_the_right_answer_is_perfect(subject: BenchmarkClip):
    best = measure(subject, subject.truth.frames, subject.truth.poses)
    assert best.person_psnr == best.vacated_psnr == best.shadow_psnr == best.background_psnr == MOST_PSNR
    assert (best.person_ssim, best.pose_pck) == (1, 1)
    assert best.identity == best.flicker == best.pose_px == 0


def test_a_copy_keeps_the_background_and_nothing_else(subject: BenchmarkClip):
    copy = measure(subject, subject.source.frames, subject.source.poses)
    assert copy.background_psnr == MOST_PSNR
    assert max(copy.person_psnr, copy.vacated_psnr) < 15
    assert copy.pose_pck == 0
    assert copy.pose_px == pytest.approx(40)
    assert copy.identity > 20


def test_nobody_found_is_no_pose(subject: BenchmarkClip):
    lost = measure(subject, subject.truth.frames, None)
    assert lost.pose_pck == 0
    assert np.isnan(lost.pose_px)


def test_flicker_is_what_should_not_change(subject: BenchmarkClip):
    flickering = subject.truth.frames.copy()
    flickering[1] += 10
    assert measure(subject, flickering, subject.truth.poses).flicker == pytest.approx(10)


def test_another_colour_is_another_person(subject: BenchmarkClip):
    truth = subject.truth
    same, near, far = (
        identity_distance(footage(50, colour).frames, truth.frames, truth.poses, truth.masks.masks)
        for colour in (200, 180, 90)
    )
    assert 0 == same < near < far


def test_a_rigid_move_brings_the_person_there_as_they_are(subject: BenchmarkClip):
    source, truth = subject.source, subject.truth
    inputs = EditInputs(source.clip, source.poses, truth.poses, source.masks, truth.masks)
    moved = move_rigidly(inputs, source.plates)
    inside = truth.masks.masks.copy()
    inside[:, :24], inside[:, 64:] = False, False
    columns = np.flatnonzero(inside[0].any(axis=0))[3:-3]
    np.testing.assert_allclose(moved[0, 30:60, columns], truth.frames[0, 30:60, columns], atol=2)


def test_memory_is_watched():
    with watching_memory() as peak:
        np.ones(40 * 2**20)
    assert peak.mb > 40


def test_means_leave_out_what_there_is_not():
    some = Score(*range(11))
    none = replace(some, pose_px=float("nan"), person_psnr=float("nan"), seconds=11)
    mean = mean_score([some, none])
    assert (mean.pose_px, mean.seconds) == (6, 10)
    assert np.isnan(mean_score([none]).pose_px)


def test_the_report_has_every_row_and_its_strips(subject: BenchmarkClip, tmp_path: Path):
    attempts = [attempt(subject.truth.frames, method) for method in Method]
    write_strip(tmp_path, subject, attempts)
    scores = {method: Score(*range(index, index + 11)) for index, method in enumerate(Method)}
    scores[Method.COPY] = replace(scores[Method.COPY], pose_px=float("nan"))
    quality = Quality({"backend": "embedded"}, [ClipScores(900_001, scores, {Method.COPY: "<nobody> found"})])
    write_quality(tmp_path, quality)
    told = json.loads((tmp_path / "quality.json").read_text())
    assert {"ours", "ours_true_inputs", "puppet", "rigid", "copy", "no_guidance"} <= told.keys()
    assert told["copy"]["pose_px"] is None
    assert told["clips"][0]["seed"] == 900_001
    page = (tmp_path / "report.html").read_text()
    assert "strip-900001.jpg" in page
    assert "&lt;nobody&gt; found" in page
    assert (tmp_path / "strip-900001.jpg").stat().st_size > 1000
    assert quality.text().count("\n") == len(Method)


def test_body_joints_of_the_box_are_known(subject: BenchmarkClip):
    assert (subject.truth.poses.scores[:, BODY] > 0).sum(axis=1).tolist() == [len(JOINTS_OF_A_BOX)] * FRAMES


def test_a_preset_is_told_by_what_it_costs_and_loses(tmp_path: Path):
    quality = Score(*range(20, 31))
    worse = replace(quality, person_psnr=19.5, pose_px=52.0)
    rows = [PresetRow.against(quality, "draft", worse, 0.1), PresetRow.against(quality, "quality", quality, 1.0)]
    table = PresetTable({"backend": "embedded", "strength": 1.0}, rows)
    write_presets(tmp_path, table)
    told = json.loads((tmp_path / "presets.json").read_text())
    assert (told["draft"]["flops_share"], told["draft"]["psnr_loss"]) == (0.1, 0.5)
    assert told["draft"]["pose_growth"] == pytest.approx(1.0)
    assert told["quality"]["psnr_loss"] == 0
    assert "draft" in (tmp_path / "presets.svg").read_text()
    assert "strength 1.0" in table.text()
    nobody = PresetRow.against(quality, "draft", replace(quality, pose_px=float("nan")), 0.1)
    write_presets(tmp_path, PresetTable({}, [nobody]))
    assert json.loads((tmp_path / "presets.json").read_text())["draft"]["pose_growth"] is None
