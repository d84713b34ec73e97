"""Joints that clips show and the true lengths behind them: of bodies alone, or as an estimator sees rendered dancers.

A character's samples are arrays, for M clips of F frames:
joints f32 [M, F, 18, 2]    seen bool [M, F, 18]    lengths f32 [M, COUNT − 1]    drops f32 [M, F]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache

import numpy as np

from motionfollower.research.synthetic.annotations.joints import JointFinder
from motionfollower.research.synthetic.annotations.visibility import project_joints
from motionfollower.research.synthetic.appearance.sampling import sample_appearance
from motionfollower.research.synthetic.assets.types import Assets, Doubles
from motionfollower.research.synthetic.body.body import Body, make_body
from motionfollower.research.synthetic.export.dataset import Arrays
from motionfollower.research.synthetic.motion.sequence import make_sequence
from motionfollower.research.synthetic.scene.sampling import sample_camera
from motionfollower.research.synthetic.scene.shot import Shot, ShotSetup, plan_shots
from preprocess.align.person import is_inside
from preprocess.pose.skeleton import (
    BODY,
    L_ANKLE,
    L_ELBOW,
    L_HIP,
    L_KNEE,
    L_SHOULDER,
    L_WRIST,
    NECK,
    NOSE,
    R_ANKLE,
    R_ELBOW,
    R_HIP,
    R_KNEE,
    R_SHOULDER,
    R_WRIST,
    SEEN,
)
from preprocess.types import Clip, Floats, PoseSequence, Size

CLIPS = 4  # of each body
FRAMES = 24
RATES = (6.0, 8.0, 12.0, 24.0)  # frames a second
SIZES: tuple[Size, ...] = ((512, 512), (384, 512), (512, 384))
BOTH_SIDES = (
    ((R_HIP, R_KNEE), (L_HIP, L_KNEE)),
    ((R_KNEE, R_ANKLE), (L_KNEE, L_ANKLE)),
    ((R_SHOULDER, R_ELBOW), (L_SHOULDER, L_ELBOW)),
    ((R_ELBOW, R_WRIST), (L_ELBOW, L_WRIST)),
)


def samples_of_body(assets: Assets, seed: int) -> Arrays:
    """What several cameras see of one character's body, in a motion each; the same for the same seed."""
    body, random, clips = make_body(assets, sample_appearance(seed).build), np.random.default_rng([seed, 4]), []
    for _ in range(CLIPS):
        rate, size = float(random.choice(RATES)), SIZES[random.integers(len(SIZES))]
        motion = make_sequence(assets, int(random.integers(2**31)), FRAMES / rate)
        stage = ShotSetup(body, sample_camera(int(random.integers(2**31))), size, rate)
        (take,) = plan_shots(stage, [motion], FRAMES, hands=seed)
        joints, truth = _truth(assets, body, take)
        clips.append({"joints": joints, "seen": is_inside(joints, size), **truth})
    return _stacked(clips)


def samples_of_takes(
    assets: Assets, body: Body, takes: Sequence[Shot], clips: Iterable[Clip], estimate: Callable[[Clip], PoseSequence]
) -> Arrays:
    """What an estimator sees of a character in rendered clips, one a take."""
    found = []
    for take, clip in zip(takes, clips, strict=True):
        poses, (_, truth) = estimate(clip), _truth(assets, body, take)
        seen = (poses.body_scores > SEEN) & is_inside(poses.body, clip.size)
        found.append({"joints": poses.body, "seen": seen, **truth})
    return _stacked(found)


def _truth(assets: Assets, body: Body, take: Shot) -> tuple[Floats, Arrays]:
    """The joints f32 [F, 18, 2] in pixels; the lengths as the take shows them, and how far the ankles drop."""
    finder, joints, depths = _finder(assets), [], []
    for rotations, positions, view in zip(take.posed.rotations, take.posed.positions, take.views, strict=True):
        places, depth = project_joints(finder.find(assets, body, rotations, positions)[BODY], view)
        joints.append(places)
        depths.append(depth[[R_HIP, L_HIP]].mean())
    seen = np.stack(joints).astype(np.float32)
    scale = take.views[0].focal / np.median(depths)
    drops = seen[:, [R_ANKLE, L_ANKLE], 1].max(axis=1) - seen[:, NECK, 1]
    return seen, {"lengths": (scale * _lengths(assets, body)).astype(np.float32), "drops": drops}


def _lengths(assets: Assets, body: Body) -> Doubles:
    """All of `Lengths` but the drop, in metres, f64 [8]."""
    heads = body.skeleton.heads
    joints = _finder(assets).find(assets, body, np.tile(np.eye(3), (len(heads), 1, 1)), heads)

    def between(start: int, end: int) -> float:
        return float(np.linalg.norm(joints[start] - joints[end]))

    torso = float(np.linalg.norm(joints[NECK] - (joints[R_HIP] + joints[L_HIP]) / 2))
    limbs = [float(np.mean([between(*bone) for bone in sides])) for sides in BOTH_SIDES]
    return np.array([torso, between(R_SHOULDER, L_SHOULDER), between(R_HIP, L_HIP), *limbs, between(NECK, NOSE)])


@cache
def _finder(assets: Assets) -> JointFinder:
    return JointFinder.of(assets)


def _stacked(clips: list[Arrays]) -> Arrays:
    return {name: np.stack([clip[name] for clip in clips]) for name in clips[0]}
