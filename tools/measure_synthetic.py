"""Measure the renderer of dancers: python tests/measure_dancers.py [CLIPS]

Frames a second and core at 128² and 512²; what MediaPipe finds on rendered clips of held-out seeds, whole bodies
before a still or a moving camera: the share of frames with a person, PCK@.1 of the torso (a joint counts where it is
within a tenth of the torso's length of the true one, torso joints in sight only, and all body joints beside them),
and the mask's intersection over union; how far feet slide while they stand, in millimetres a frame at 30 fps.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from motionfollower.research.synthetic.annotations.visibility import Visibility
from motionfollower.research.synthetic.assets.store import load_assets
from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.body.feet import NEAR_FLOOR, stand
from motionfollower.research.synthetic.export.clip import RenderedClip
from motionfollower.research.synthetic.motion.sequence import make_sequence
from motionfollower.research.synthetic.scene.camera import Framing
from motionfollower.research.synthetic.scene.sampling import sample_scene
from motionfollower.research.synthetic.scene.scene import Renderer, Scene
from motionfollower.research.synthetic.scene.shot import plan_shots
from motionfollower.research.synthetic.seeds import HELD_OUT
from preprocess.pose.mediapipe import HolisticEstimator
from preprocess.pose.skeleton import BODY, L_HIP, L_SHOULDER, NECK, R_HIP, R_SHOULDER
from preprocess.progress import run_to_end
from preprocess.segmentation.mediapipe import MediaPipeSegmenter
from preprocess.types import InputError
from tools.measure_poses import overlap

sys.path.insert(0, str(Path(__file__).parents[1]))

FRAMES = 16
FPS = 8.0
TORSO = [NECK, R_SHOULDER, L_SHOULDER, R_HIP, L_HIP]


def whole_scene(assets: Assets, seed: int, side: int) -> Scene:
    scene = sample_scene(assets, seed, (side, side), FPS)
    return replace(scene, camera=replace(scene.camera, framing=Framing.WHOLE))


def film(assets: Assets, seed: int, side: int) -> tuple[RenderedClip, float]:
    """A clip and its frames a second, of the processor's time."""
    scene = whole_scene(assets, seed, side)
    (take,) = plan_shots(scene.stage, [make_sequence(assets, seed, FRAMES / FPS)], FRAMES)
    renderer = Renderer(assets, scene)
    next(renderer.render(take))  # compiles, and draws the backdrop
    began = time.process_time()
    frames = list(renderer.render(take))
    return RenderedClip.of(frames, FPS), FRAMES / (time.process_time() - began)


def look(footage: RenderedClip) -> tuple[float, float, float, float]:
    """Share of frames with a person, PCK@.1 of torso and of body, IoU."""
    try:
        seen = run_to_end(HolisticEstimator().estimate(footage.clip))
    except InputError:  # nobody is found
        return 0.0, 0.0, 0.0, 0.0
    masks, _ = run_to_end(MediaPipeSegmenter().segment(footage.clip, seen))
    found = seen.poses.body_scores.max(axis=1) > 0
    true, judged = footage.joints[:, BODY], footage.visibility[:, BODY]
    length = np.linalg.norm(true[:, NECK] - (true[:, R_HIP] + true[:, L_HIP]) / 2, axis=1)
    errors = np.linalg.norm(seen.poses.body - true, axis=2)
    near = errors < 0.1 * np.quantile(length, 0.8)
    counted = judged == Visibility.SEEN
    torso = near[:, TORSO][counted[:, TORSO]].mean()
    iou = overlap(masks.masks, footage.masks.masks).mean()
    return float(found.mean()), float(torso), float(near[counted].mean()), float(iou)


def slide(assets: Assets, seed: int) -> float:
    """Millimetres a frame that the ankles of standing feet move, at 30 frames a second."""
    dancer = whole_scene(assets, seed, 64).dancer
    fitted = stand(make_sequence(assets, seed, 6), dancer.body.skeleton, dancer.body.sole)
    ankles = dancer.body.skeleton.legs.ankles(fitted)
    low = ankles[..., 1] < np.quantile(ankles[..., 1], 0.1) + NEAR_FLOOR / 2
    moved = np.linalg.norm(np.diff(ankles[..., [0, 2]], axis=0), axis=2)[low[1:] & low[:-1]]
    return 1000 * float(np.median(moved))


def main(clips: int) -> None:
    assets = load_assets()
    for side in (128, 512):
        speeds = [film(assets, seed, side)[1] for seed in HELD_OUT[:4]]
        print(f"{side}x{side}: {np.mean(speeds):.1f} frames a second and core", flush=True)
    rows = []
    for seed in HELD_OUT[:clips]:
        rows.append((*look(film(assets, seed, 512)[0]), slide(assets, seed)))
        print(seed, " ".join(f"{value:.3f}" for value in rows[-1]), flush=True)
    found, torso, body, iou, slid = np.mean(rows, axis=0)
    print(f"found {found:.3f}  PCK@.1 torso {torso:.3f}  body {body:.3f}  IoU {iou:.3f}  standing feet {slid:.1f} mm")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
