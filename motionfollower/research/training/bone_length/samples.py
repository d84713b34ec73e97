"""Joints of a character's clips and its true bone lengths: projected from bodies, or estimated in rendered clips.

The samples of a character are arrays, for M clips of F frames:
joints f32 [M, F, 18, 2]    seen bool [M, F, 18]    lengths f32 [M, LENGTH_COUNT − 1]    drops f32 [M, F]
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
    VISIBLE,
)
from preprocess.types import Clip, Floats, PoseSequence, Size

CLIPS = 4  # of each body
FRAMES = 24
FPS = (6.0, 8.0, 12.0, 24.0)
SIZES: tuple[Size, ...] = ((512, 512), (384, 512), (512, 384))
BOTH_SIDES = (
    ((R_HIP, R_KNEE), (L_HIP, L_KNEE)),
    ((R_KNEE, R_ANKLE), (L_KNEE, L_ANKLE)),
    ((R_SHOULDER, R_ELBOW), (L_SHOULDER, L_ELBOW)),
    ((R_ELBOW, R_WRIST), (L_ELBOW, L_WRIST)),
)


def samples_of_body(assets: Assets, seed: int) -> Arrays:
    """Project one character's joints in CLIPS motions, each with its own camera; the same for the same seed."""
    body, random, clips = make_body(assets, sample_appearance(seed).build), np.random.default_rng([seed, 4]), []
    for _ in range(CLIPS):
        fps, size = float(random.choice(FPS)), SIZES[random.integers(len(SIZES))]
        motion = make_sequence(assets, int(random.integers(2**31)), FRAMES / fps)
        setup = ShotSetup(body, sample_camera(int(random.integers(2**31))), size, fps)
        (shot,) = plan_shots(setup, [motion], FRAMES, hands=seed)
        joints, truth = _project(assets, body, shot)
        clips.append({"joints": joints, "seen": is_inside(joints, size), **truth})
    return _stack(clips)


def samples_of_shots(
    assets: Assets, body: Body, shots: Sequence[Shot], clips: Iterable[Clip], estimate: Callable[[Clip], PoseSequence]
) -> Arrays:
    """Estimate a character's poses in rendered clips, one per shot."""
    samples = []
    for shot, clip in zip(shots, clips, strict=True):
        poses, (_, truth) = estimate(clip), _project(assets, body, shot)
        seen = (poses.body_scores > VISIBLE) & is_inside(poses.body, clip.size)
        samples.append({"joints": poses.body, "seen": seen, **truth})
    return _stack(samples)


def _project(assets: Assets, body: Body, shot: Shot) -> tuple[Floats, Arrays]:
    """The joints f32 [F, 18, 2] in pixels; the bone lengths at the shot's scale, and the drop of the lower ankle."""
    finder, frames, depths = _finder(assets), [], []
    for rotations, positions, view in zip(shot.posed.rotations, shot.posed.positions, shot.views, strict=True):
        points, depth = project_joints(finder.find(assets, body, rotations, positions)[BODY], view)
        frames.append(points)
        depths.append(depth[[R_HIP, L_HIP]].mean())
    joints = np.stack(frames).astype(np.float32)
    scale = shot.views[0].focal / np.median(depths)
    drops = joints[:, [R_ANKLE, L_ANKLE], 1].max(axis=1) - joints[:, NECK, 1]
    return joints, {"lengths": (scale * _lengths(assets, body)).astype(np.float32), "drops": drops}


def _lengths(assets: Assets, body: Body) -> Doubles:
    """All of `BoneLengths` but the drop, in metres, f64 [8]."""
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


def _stack(clips: list[Arrays]) -> Arrays:
    return {name: np.stack([clip[name] for clip in clips]) for name in clips[0]}
