"""Measure the synthetic renderer: python tools/measure_synthetic.py [CLIPS]

Speed in frames per second and core at 128² and 512². MediaPipe's accuracy on rendered clips of held-out seeds with
whole bodies: the fraction of frames with a person, PCK@0.1 of the torso and of the body (the fraction of visible
joints within a tenth of the torso length of the true position), and the mask's intersection over union. Sliding of
standing feet in millimetres per frame at 30 FPS.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from motionfollower.research.synthetic.annotations.visibility import Visibility
from motionfollower.research.synthetic.assets.store import load_assets
from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.body.feet import NEAR_FLOOR, plant_feet
from motionfollower.research.synthetic.export.clip import RenderedClip
from motionfollower.research.synthetic.motion.sequence import make_sequence
from motionfollower.research.synthetic.scene.camera import Framing
from motionfollower.research.synthetic.scene.sampling import sample_scene
from motionfollower.research.synthetic.scene.scene import Renderer, Scene
from motionfollower.research.synthetic.scene.shot import plan_shots
from motionfollower.research.synthetic.seeds import HELD_OUT
from preprocess.pose.mediapipe import HolisticEstimator
from preprocess.pose.skeleton import BODY, L_HIP, L_SHOULDER, NECK, R_HIP, R_SHOULDER
from preprocess.segmentation.mediapipe import MediaPipeSegmenter
from preprocess.types import InputError
from tools.measure_poses import frame_iou

FRAMES = 16
FPS = 8.0
TORSO = [NECK, R_SHOULDER, L_SHOULDER, R_HIP, L_HIP]


def whole_body_scene(assets: Assets, seed: int, side: int) -> Scene:
    scene = sample_scene(assets, seed, (side, side), FPS)
    return replace(scene, camera=replace(scene.camera, framing=Framing.WHOLE))


def render(assets: Assets, seed: int, side: int) -> tuple[RenderedClip, float]:
    """A clip, and its frames per second of CPU time."""
    scene = whole_body_scene(assets, seed, side)
    (shot,) = plan_shots(scene.setup, [make_sequence(assets, seed, FRAMES / FPS)], FRAMES)
    renderer = Renderer(assets, scene)
    next(renderer.render(shot))  # compiles, and renders the backdrop
    start = time.process_time()
    frames = list(renderer.render(shot))
    return RenderedClip.of(frames, FPS), FRAMES / (time.process_time() - start)


def measure_estimators(clip: RenderedClip) -> tuple[float, float, float, float]:
    """Fraction of frames with a person, PCK@0.1 of torso and of body, IoU."""
    try:
        observation = HolisticEstimator().estimate(clip.clip)
    except InputError:  # no person is found
        return 0.0, 0.0, 0.0, 0.0
    masks, _ = MediaPipeSegmenter().segment(clip.clip, observation)
    found = observation.poses.body_scores.max(axis=1) > 0
    true, visible = clip.joints[:, BODY], clip.visibility[:, BODY] == Visibility.SEEN
    length = np.linalg.norm(true[:, NECK] - (true[:, R_HIP] + true[:, L_HIP]) / 2, axis=1)
    errors = np.linalg.norm(observation.poses.body - true, axis=2)
    near = errors < 0.1 * np.quantile(length, 0.8)
    torso = near[:, TORSO][visible[:, TORSO]].mean()
    iou = frame_iou(masks.masks, clip.masks.masks).mean()
    return float(found.mean()), float(torso), float(near[visible].mean()), float(iou)


def measure_sliding(assets: Assets, seed: int) -> float:
    """Median movement of the ankles of standing feet, in millimetres per frame at 30 FPS."""
    body = whole_body_scene(assets, seed, 64).character.body
    fitted = plant_feet(make_sequence(assets, seed, 6), body.skeleton, body.sole)
    ankles = body.skeleton.legs.ankles(fitted)
    low = ankles[..., 1] < np.quantile(ankles[..., 1], 0.1) + NEAR_FLOOR / 2
    moved = np.linalg.norm(np.diff(ankles[..., [0, 2]], axis=0), axis=2)[low[1:] & low[:-1]]
    return 1000 * float(np.median(moved))


def main(clips: int) -> None:
    assets = load_assets()
    for side in (128, 512):
        speeds = [render(assets, seed, side)[1] for seed in HELD_OUT[:4]]
        print(f"{side}x{side}: {np.mean(speeds):.1f} frames per second and core", flush=True)
    rows = []
    for seed in HELD_OUT[:clips]:
        rows.append((*measure_estimators(render(assets, seed, 512)[0]), measure_sliding(assets, seed)))
        print(seed, " ".join(f"{value:.3f}" for value in rows[-1]), flush=True)
    found, torso, body, iou, sliding = np.mean(rows, axis=0)
    print(
        f"found {found:.3f}  PCK@0.1 torso {torso:.3f}  body {body:.3f}  IoU {iou:.3f}  standing feet {sliding:.1f} mm"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
