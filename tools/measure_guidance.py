"""What steps and score guidance do to embedded edits: `python tests/measure_guidance.py [CLIPS]`.

Held-out rendered clips are edited with poses and masks from the estimators, by the usual settings and by others,
and scored against the right answer as `bench quality` does. Prints the means over the clips, 3 unless told.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from motionfollower.core.config import SamplerSettings
from motionfollower.pipeline.backends import load_backend
from motionfollower.pipeline.edit import edit
from motionfollower.pipeline.prepare import prepare
from motionfollower.research.evaluation.quality.measure import QUICK
from motionfollower.research.evaluation.quality.methods import Attempt, Method
from motionfollower.research.evaluation.quality.regions import ScoreRegions
from motionfollower.research.evaluation.quality.score import Score, mean_score, score
from motionfollower.research.evaluation.quality.subject import make_benchmark_clip
from motionfollower.research.synthetic.assets.store import load_assets
from motionfollower.research.synthetic.seeds import HELD_OUT
from preprocess.progress import run_to_end

sys.path.insert(0, str(Path(__file__).parents[1]))

STEPS = (1, 2, 4)
SCALES = (0.25, 1.0)


def variants(usual: SamplerSettings) -> Iterator[tuple[str, SamplerSettings]]:
    """Settings by their names: numbers of steps, then guidance of both kinds at each."""
    for steps in STEPS:
        plain = replace(usual, steps=steps, guidance=replace(usual.guidance, scale=0.0))
        yield f"{steps} steps, not guided", plain
        for scale in SCALES:
            for regions in ("released", "paper"):
                guidance = replace(usual.guidance, scale=scale, regions=regions)
                yield f"{steps} steps, {regions} × {scale:g}", replace(plain, guidance=guidance)


def main(clips: int) -> None:
    assets, backend = load_assets(), load_backend("embedded")
    scores: dict[str, list[Score]] = {}
    for seed in HELD_OUT[:clips]:
        with TemporaryDirectory() as place:
            subject = make_benchmark_clip(assets, seed, QUICK.size, QUICK.frames, Path(place) / "case")
            work = prepare(subject.source_path, subject.target_path, subject.preparing, backend.preprocessors)
            inputs = run_to_end(work).inputs
        for name, settings in variants(backend.settings):
            began = time.perf_counter()
            frames = run_to_end(edit(inputs, settings, backend)).edited.frames
            attempt = Attempt(Method.OURS, frames, time.perf_counter() - began, peak_mb=float("nan"))
            measured = score(subject, attempt, ScoreRegions.of(subject), backend.preprocessors.poses)
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
