"""The effect of steps and score guidance on embedded edits: `python tools/measure_guidance.py [CLIPS]`.

Held-out rendered clips are edited with estimated poses and masks, with the default settings and with others, and
scored against the ground truth as by `bench quality`. Prints the means over CLIPS clips, 3 by default.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))  # a script has only its own folder on the path

from motionfollower.core.config import SamplerSettings
from motionfollower.pipeline.backends import load_backend
from motionfollower.pipeline.edit import edit
from motionfollower.pipeline.prepare import prepare
from motionfollower.research.evaluation.quality.clip import make_benchmark_clip
from motionfollower.research.evaluation.quality.measure import QUICK
from motionfollower.research.evaluation.quality.methods import Method, MethodEdit
from motionfollower.research.evaluation.quality.regions import ScoreRegions
from motionfollower.research.evaluation.quality.score import Score, mean_score, score
from motionfollower.research.synthetic.assets.store import load_assets
from motionfollower.research.synthetic.seeds import HELD_OUT

STEPS = (1, 2, 4)
SCALES = (0.25, 1.0)


def variants(defaults: SamplerSettings) -> Iterator[tuple[str, SamplerSettings]]:
    """Settings with their names: without guidance and with both kinds of it, for each number of steps."""
    for steps in STEPS:
        unguided = replace(defaults, steps=steps, guidance=replace(defaults.guidance, scale=0.0))
        yield f"{steps} steps, no guidance", unguided
        for scale in SCALES:
            for regions in ("released", "paper"):
                guidance = replace(defaults.guidance, scale=scale, regions=regions)
                yield f"{steps} steps, {regions} × {scale:g}", replace(unguided, guidance=guidance)


def main(clips: int) -> None:
    assets, backend = load_assets(), load_backend("embedded")
    scores: dict[str, list[Score]] = {}
    for seed in HELD_OUT[:clips]:
        with TemporaryDirectory() as scratch:
            clip = make_benchmark_clip(assets, seed, QUICK.size, QUICK.frames, Path(scratch) / "case")
            inputs = prepare(clip.source_path, clip.target_path, clip.prepare_settings, backend.preprocessors).inputs
        for name, settings in variants(backend.settings):
            began = time.perf_counter()
            frames = edit(inputs, settings, backend).edited.frames
            edited = MethodEdit(Method.OURS, frames, time.perf_counter() - began, peak_mb=float("nan"))
            measured = score(clip, edited, ScoreRegions.of(clip), backend.preprocessors.poses)
            scores.setdefault(name, []).append(measured)
    print(f"{'':28} person  vacated  background    PCK  identity  flicker  seconds")
    for name, measured in scores.items():
        mean = mean_score(measured)
        print(
            f"{name:28} {mean.person_psnr:6.2f}  {mean.vacated_psnr:7.2f}  {mean.background_psnr:10.2f}  "
            f"{mean.pose_pck:5.3f}  {mean.identity:8.2f}  {mean.flicker:7.2f}  {mean.seconds:7.1f}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else QUICK.clips)
