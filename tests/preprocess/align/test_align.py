"""Alignment on stick figures whose scale and shift are known, and on the released cases."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter

from preprocess.align.align import AlignMode, align
from preprocess.align.bone_lengths import BoneLengths
from preprocess.align.person import Person
from preprocess.align.placement import ManualAlignment, fit_points
from preprocess.align.recover import recover
from preprocess.align.retarget import retarget
from preprocess.pose.skeleton import (
    BODY,
    HANDS,
    L_ANKLE,
    L_HIP,
    L_SHOULDER,
    LIMBS,
    NECK,
    NOSE,
    R_ANKLE,
    R_HIP,
    R_SHOULDER,
    R_WRIST,
)
from preprocess.types import Alignment, AlignmentReport, InputError, MaskSequence, PoseSequence
from preprocess.warnings import ClipWarning, WarningCode
from tests.preprocess.figures import as_poses, capsules, load_estimator, raise_arms, standing
from tools.measure_alignment import Case, joint_error

SIZE = (320, 400)
MOVING: tuple[AlignMode, ...] = ("official", "similarity", "bones")


def run(source: PoseSequence, target: PoseSequence, mode: AlignMode = "similarity", **manual: float) -> Alignment:
    """Align two figures with masks whose limbs are a twentieth of their height wide."""
    masks = [capsules(poses, np.ptp(poses.body[0, [NOSE, R_ANKLE], 1]) / 18) for poses in (source, target)]
    return align(source, masks[0], target, masks[1], mode, ManualAlignment(**manual), estimator=load_estimator())


def scale_of(aligned: Alignment) -> float:
    return float(aligned.transforms[0, 0, 0])


@pytest.mark.parametrize("mode", MOVING)
def test_a_known_scale_is_recovered(mode: AlignMode) -> None:
    source, target = standing(3, SIZE, 300, (200, 380)), standing(3, SIZE, 200, (120, 350))
    aligned = run(source, target, mode)
    assert scale_of(aligned) == pytest.approx(1.5, abs=0.02)
    expected = standing(3, SIZE, 300, (120, 350))
    assert joint_error(aligned.poses, expected) < 4
    assert aligned.poses.size == SIZE


@pytest.mark.parametrize("mode", MOVING)
def test_a_target_equal_to_the_source_is_unchanged(mode: AlignMode) -> None:
    figure = standing(3, SIZE, 300, (200, 380))
    assert joint_error(run(figure, figure, mode).poses, figure) < 1e-3


@pytest.mark.parametrize("mode", ["similarity", "bones", "none", "official"])
def test_a_target_of_another_size_is_letterboxed(mode: AlignMode) -> None:
    source, target = standing(2, SIZE, 300, (160, 380)), standing(2, (200, 200), 150, (100, 190))
    twice_as_large = standing(2, (400, 400), 300, (200, 380))
    assert fit_points(np.zeros(2, np.float32), (200, 200), SIZE) == pytest.approx([0.3, 40.3])
    ours, expected = run(source, target, mode), run(source, twice_as_large, mode)
    assert joint_error(ours.poses, expected.poses) < 6
    assert ours.report.scale == pytest.approx(expected.report.scale, abs=0.03)


def test_similarity_neither_jitters_nor_slides() -> None:
    source = standing(8, SIZE, 300, (160, 380))
    steps = np.random.default_rng(0).uniform(-20, 20, (8, 1, 1)) * np.array([1, 0.2])
    target = as_poses(standing(8, SIZE, 200, (160, 350)).body + steps, SIZE)
    aligned = run(source, target)
    assert (aligned.transforms == aligned.transforms[0]).all()
    travel = np.diff(aligned.poses.body[:, R_ANKLE], axis=0) / np.diff(target.body[:, R_ANKLE], axis=0)
    assert travel == pytest.approx(1.5, abs=0.02)


@pytest.mark.parametrize("foot", [380, 480])
def test_raised_arms_do_not_change_the_scale(foot: float) -> None:
    """With the feet in the frame, and with the lower edge cutting both at the knees."""
    source, target = standing(6, SIZE, 300, (160, foot)), standing(6, SIZE, 260, (160, foot - 20))
    raised = raise_arms(target, slice(0, 4))
    assert scale_of(run(source, raised)) == pytest.approx(scale_of(run(source, target)), rel=1e-4)
    assert scale_of(run(source, raised, "official")) < 0.98 * scale_of(run(source, target, "official"))


def test_people_who_are_cut_alike_end_at_the_edge() -> None:
    source, target = standing(3, SIZE, 500, (160, 560)), standing(3, SIZE, 424, (160, 526))
    aligned = run(source, target)
    heads = np.stack([poses.body[:, 0, 1] for poses in (source, aligned.poses)])
    assert scale_of(aligned) == pytest.approx((400 - 95) / (400 - 128), abs=0.05)
    assert abs(heads[0] - heads[1]).max() < 8


def test_a_full_close_up_keeps_its_scale() -> None:
    """Neither hips nor feet are in the frames, so the sizes can't be compared."""
    source, target = standing(3, SIZE, 900, (160, 900)), standing(3, SIZE, 820, (160, 825))
    assert scale_of(run(source, target)) == pytest.approx(1, abs=0.02)


def test_people_who_are_cut_at_different_parts_become_equally_large() -> None:
    source, target = standing(3, SIZE, 500, (160, 560)), standing(3, SIZE, 320, (160, 420))
    aligned = run(source, target)
    assert scale_of(aligned) == pytest.approx(500 / 320, rel=0.01)
    assert aligned.poses.body[:, NECK, 1] == pytest.approx(source.body[:, NECK, 1], abs=0.5)


def test_joints_guessed_outside_the_frame_are_not_measured() -> None:
    source, target = standing(3, SIZE, 300, (200, 380)), standing(3, SIZE, 200, (120, 350))
    guessed = standing(3, SIZE, 300, (200, 380))
    guessed.keypoints[1, R_ANKLE] = (200, 900)
    masks = [capsules(poses, 15) for poses in (source, target)]
    aligned = align(guessed, masks[0], target, masks[1])
    assert scale_of(aligned) == pytest.approx(1.5, abs=0.02)


def test_one_cut_person_is_compared_by_the_torso() -> None:
    source, target = standing(3, SIZE, 500, (160, 560)), standing(3, SIZE, 250, (120, 350))
    aligned = run(source, target)
    assert scale_of(aligned) == pytest.approx(2, abs=0.01)
    assert aligned.poses.body[:, 1, 1] == pytest.approx(source.body[:, 1, 1], abs=0.5)


@pytest.mark.parametrize("mode", MOVING)
def test_manual_settings(mode: AlignMode) -> None:
    source, target = standing(3, SIZE, 300, (200, 380)), standing(3, SIZE, 200, (120, 350))
    plain, scaled = run(source, target, mode), run(source, target, mode, scale=0.5)
    moved = run(source, target, mode, x=12, y=-7)
    assert moved.poses.body == pytest.approx(plain.poses.body + np.array([12, -7]), abs=1e-2)
    assert (
        np.ptp(scaled.poses.body[0, :, 1]) == pytest.approx(np.ptp(plain.poses.body[0, :, 1]) / 2, rel=0.01)
        or mode == "bones"
    )
    stood = run(source, target, "similarity", foot_line=300)
    assert stood.poses.body[:, [R_ANKLE, L_ANKLE], 1].max() == pytest.approx(300 - 11, abs=6)


def test_bones_change_lengths_and_keep_directions() -> None:
    proportions = BoneLengths(1.1, 1.3, 1, 0.9, 1.05, 1.2, 0.8, 1.15, drop=1)
    target = raise_arms(standing(4, SIZE, 200, (160, 350)), slice(0, 3))
    person = Person.of(target, capsules(target, 11))
    ours = retarget(person, target, proportions, is_cut=False).body
    factors = dict(zip(LIMBS, (1.3, 1.3, 1.2, 0.8, 1.2, 0.8, None, 0.9, 1.05, None, 0.9, 1.05, 1.15), strict=False))
    for (start, end), factor in factors.items():
        if factor:
            bones = ours[:, end] - ours[:, start]
            assert bones == pytest.approx(factor * (target.body[:, end] - target.body[:, start]), abs=1e-3)
    torsos = [body[:, NECK] - body[:, [R_HIP, L_HIP]].mean(axis=1) for body in (ours, target.body)]
    assert torsos[0] == pytest.approx(1.1 * torsos[1], abs=1e-3)
    assert ours[:, R_ANKLE, 1] == pytest.approx(target.body[:, R_ANKLE, 1], abs=1e-3)


def test_the_neck_stays_where_legs_are_cut_off() -> None:
    target = standing(2, SIZE, 500, (160, 560))
    longer = BoneLengths(1.2, 1, 1, 1, 1, 1, 1, 1, drop=1)
    person = Person.of(target, capsules(target, 20))
    ours = retarget(person, target, longer, is_cut=True).body
    assert ours[:, NECK, 1] == pytest.approx(target.body[:, NECK, 1], abs=1e-3)


def test_a_cut_person_is_scaled_about_the_ground_below_the_frame() -> None:
    """Two alike figures with feet below the frame: the smaller one is placed on the target's ground."""
    source, target = standing(3, SIZE, 450, (160, 520)), standing(3, SIZE, 500, (160, 560))
    aligned = run(source, target, "bones")
    assert scale_of(aligned) == pytest.approx(0.9, rel=0.03)
    assert aligned.poses.body[:, NECK, 1] == pytest.approx(560 - 0.9 * 0.78 * 500, abs=25)


def test_a_broader_source_broadens_the_target() -> None:
    broad = standing(4, SIZE, 300, (160, 380)).body.copy()
    for shoulder in (R_SHOULDER, L_SHOULDER):
        broad[:, shoulder : shoulder + 3] += 0.3 * (broad[:, [shoulder]] - broad[:, [NECK]])
    target = standing(4, SIZE, 200, (160, 350))
    bones, similar = (run(as_poses(broad, SIZE), target, mode).poses.body for mode in ("bones", "similarity"))
    ours, before = (body[:, L_SHOULDER, 0] - body[:, R_SHOULDER, 0] for body in (bones, similar))
    assert (ours > 1.03 * before).all()


def test_bones_are_robust_to_one_wrong_frame() -> None:
    source, target = standing(5, SIZE, 300, (160, 380)), standing(5, SIZE, 300, (160, 380))
    source.keypoints[2, L_SHOULDER] += (90, -60)
    aligned = run(source, target, "bones")
    shoulders = np.linalg.norm(aligned.poses.body[:, R_SHOULDER] - aligned.poses.body[:, L_SHOULDER], axis=-1)
    assert shoulders == pytest.approx(0.24 * 300, rel=0.1)


@pytest.mark.parametrize("mode", [*MOVING, "none"])
def test_missing_joints_stay_missing(mode: AlignMode) -> None:
    source, target = standing(3, SIZE, 300, (160, 380)), standing(3, SIZE, 200, (160, 350))
    target.scores[1, R_WRIST] = 0
    target.keypoints[1, R_WRIST] = 0
    poses = run(source, target, mode).poses
    assert poses.scores[1, R_WRIST] == 0
    assert (poses.keypoints[:, HANDS] == 0).all()
    assert (poses.keypoints[1, R_WRIST] == 0).all()


@pytest.mark.parametrize("mode", MOVING)
def test_frames_without_a_mask_are_interpolated(mode: AlignMode) -> None:
    source, target = standing(4, SIZE, 300, (160, 380)), standing(4, SIZE, 200, (160, 350))
    masks = capsules(source, 15), capsules(target, 11)
    masks[0].masks[2], masks[1].masks[1:3] = False, False
    aligned = align(source, masks[0], target, masks[1], mode)
    assert aligned.transforms == pytest.approx(np.repeat(aligned.transforms[:1], 4, axis=0), abs=1e-4)
    assert ClipWarning(WarningCode.TARGET_MASK_EMPTY, (1, 2)) in aligned.warnings
    assert ClipWarning(WarningCode.SOURCE_MASK_EMPTY, (2,)) in aligned.warnings


def test_joints_that_leave_the_frame_are_counted() -> None:
    figure = standing(3, SIZE, 300, (160, 380))
    aligned = run(figure, figure, x=115)
    outside = aligned.poses.body[..., 0] > SIZE[0] - 0.5
    assert outside.any()
    assert aligned.report.joints_outside == outside.sum()
    assert aligned.report.frames_with_joints_outside == [0, 1, 2]
    assert aligned.report.shift == pytest.approx((115, 0))
    assert aligned.warnings == (ClipWarning(WarningCode.OUT_OF_FRAME, (0, 1, 2)),)


def test_the_report_survives_json_and_names_doubtful_frames() -> None:
    source, target = standing(5, SIZE, 300, (160, 380)), standing(5, SIZE, 200, (160, 350))
    target.keypoints[3, BODY] = standing(1, SIZE, 120, (160, 350)).body[0]
    target.scores[4] = 0
    aligned = run(source, target)
    as_json = TypeAdapter(AlignmentReport)
    assert as_json.validate_json(as_json.dump_json(aligned.report)) == aligned.report
    doubts = aligned.report.doubtful_frames
    assert doubts["target_person_missing"] == [4]
    assert 3 in doubts["unusual_height"]


@pytest.mark.parametrize(("foot", "count"), [(380, 0), (390, 0), (300, 1)])
def test_feet_off_the_sources_ground_line_give_a_warning(foot: float, count: int) -> None:
    aligned = run(standing(3, SIZE, 300, (160, 380)), standing(3, SIZE, 280, (160, foot)))
    assert [warning.code for warning in aligned.warnings].count(WarningCode.GROUND_OFFSET) == count


def test_the_suggested_foot_line_removes_the_warning() -> None:
    source, target = standing(3, SIZE, 300, (160, 380)), standing(3, SIZE, 280, (160, 300))
    (warning,) = run(source, target).warnings
    assert warning.values["side"] == "above"
    assert not run(source, target, foot_line=float(warning.values["foot_line"])).warnings


def test_recovers_the_transforms_of_given_poses() -> None:
    target = standing(3, SIZE, 200, (160, 350))
    transforms = np.array([[[1.2, 0, 9], [0, 1.2, -30]]] * 3, np.float32)
    target.scores[2] = 0
    given = recover(target, target.transformed(transforms))
    assert given.transforms == pytest.approx(transforms, abs=1e-3)


def test_bad_input() -> None:
    figure = standing(3, SIZE, 300, (160, 380))
    masks = capsules(figure, 15)
    empty = MaskSequence(np.zeros_like(masks.masks), "drawn")
    with pytest.raises(InputError, match="3, 3, 2, 3 frames"):
        align(figure, masks, standing(2, SIZE, 300, (160, 380)), masks)
    with pytest.raises(InputError, match="No frame has both"):
        align(figure, masks, figure, empty)
    with pytest.raises(InputError, match="allowed is one of official"):
        align(figure, masks, figure, masks, "best")  # type: ignore[arg-type]
    assert scale_of(align(figure, empty, replace(figure), empty, "none")) == 1


@pytest.mark.parametrize("number", [1, 3, 6])
def test_official_is_as_released(shared: Path, number: int) -> None:
    case = Case.read(shared / "cases" / f"case-{number}", every=3)
    assert joint_error(case.align("official").poses, case.aligned_poses) <= 1
