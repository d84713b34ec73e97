"""Rendered cases: a character's clip and, with a second motion, the ground truth of an edit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motionfollower.core.errors import OutputError, SettingsError
from motionfollower.core.types import EditInputs, Prepared
from motionfollower.io.case import PREPARATION, parts_of
from motionfollower.io.preparation import PreparationRecord
from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.export.clip import RenderedClip, render_clip
from motionfollower.research.synthetic.motion.sequence import make_sequence
from motionfollower.research.synthetic.scene.sampling import sample_scene
from motionfollower.research.synthetic.scene.scene import Renderer
from motionfollower.research.synthetic.scene.shot import plan_shots
from motionfollower.research.synthetic.seeds import ALL, check_seed
from preprocess.pose.render import draw_poses
from preprocess.progress import OnProgress, ignore_progress
from preprocess.types import AlignmentReport, Size
from preprocess.video.atomic import atomic_path, check_parent, output_errors
from preprocess.video.write import write_frames

SMALLEST, LARGEST = 32, 1024  # pixels a side
LONGEST = 600  # frames
SOURCE_FOLDERS, EDIT_FOLDERS = 3, 12  # the number of image folders without and with a ground truth
Images = NDArray[np.uint8]


@dataclass(frozen=True)
class CaseConfig:
    """Seeds and shape of a case: a scene, its motion, and with `target_motion` the motion to transfer to it.

    The target clip shows another scene, that of `other_seed`, from the same camera path, so an alignment that keeps
    image positions places the motion where the ground truth has it.
    """

    seed: int
    motion: int
    target_motion: int | None = None
    size: Size = (512, 512)
    frames: int = 24
    fps: float = 8.0

    def __post_init__(self) -> None:
        check_seed(self.seed, "seed")
        check_seed(self.motion, "motion seed")
        if self.target_motion is not None:
            check_seed(self.target_motion, "target motion seed")
        if not all(SMALLEST <= side <= LARGEST for side in self.size):
            raise SettingsError.out_of_range("size", self.size, f"{SMALLEST} to {LARGEST} pixels a side")
        if not 1 <= self.frames <= LONGEST:
            raise SettingsError.out_of_range("frames", self.frames, f"1 to {LONGEST}")
        if not 1 <= self.fps <= 60:
            raise SettingsError.out_of_range("fps", self.fps, "1 to 60")

    @property
    def other_seed(self) -> int:
        """The seed of the target clip's scene, from the same block of 100,000: held out if `seed` is."""
        other = np.random.default_rng([self.seed, self.motion]).integers(100_000)
        return ALL.start + (self.seed // 100_000) * 100_000 + int(other)

    @property
    def total(self) -> int:
        """The number of frames to render."""
        return self.frames * (1 if self.target_motion is None else 3)


@dataclass(frozen=True)
class RenderedEdit:
    """The target clip of an edit, and its ground truth: the source's character with the target's motion."""

    target: RenderedClip
    truth: RenderedClip


@dataclass(frozen=True)
class RenderedCase:
    """A rendered source clip, and with a target motion the edit."""

    source: RenderedClip
    edit: RenderedEdit | None


def render_case(assets: Assets, config: CaseConfig, on_progress: OnProgress = ignore_progress) -> RenderedCase:
    """Render a case; report the number of frames done, of `config.total`."""
    scene = sample_scene(assets, config.seed, config.size, config.fps)
    seeds = [config.motion] if config.target_motion is None else [config.motion, config.target_motion]
    motions = [make_sequence(assets, seed, config.frames / config.fps) for seed in seeds]
    shots = plan_shots(scene.setup, motions, config.frames, hands=config.seed)
    renderer = Renderer(assets, scene)
    source = render_clip(renderer, shots[0], config.fps, on_progress)
    if config.target_motion is None:
        return RenderedCase(source, None)
    truth = render_clip(renderer, shots[1], config.fps, on_progress, done=config.frames)
    other = replace(sample_scene(assets, config.other_seed, config.size, config.fps), camera=scene.camera)
    (other_shot,) = plan_shots(other.setup, motions[1:], config.frames, hands=config.other_seed)
    target_shot = replace(other_shot, views=shots[1].views)
    target = render_clip(Renderer(assets, other), target_shot, config.fps, on_progress, done=2 * config.frames)
    return RenderedCase(source, RenderedEdit(target, truth))


def check_rendered_case_dir(folder: Path) -> None:
    """Raise OutputError unless `folder` is new or empty and can be written."""
    check_parent(folder.absolute().parent)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder} is a file or a folder that isn't empty. Choose an empty or a new folder.")


def count_folders(case: RenderedCase) -> int:
    """The number of image folders that a case consists of."""
    return EDIT_FOLDERS if case.edit else SOURCE_FOLDERS


def write_rendered_case(folder: Path, case: RenderedCase, on_progress: OnProgress = ignore_progress) -> None:
    """Write all images atomically; report the number of folders done, of `count_folders`.

    Raises OutputError if the folder is not empty or can't be written.
    """
    check_rendered_case_dir(folder)
    prepared = _prepared(case.source, case.edit) if case.edit else None
    with atomic_path(folder) as draft:
        with output_errors(folder):
            draft.mkdir(parents=True)
        for done, (name, images) in enumerate(_parts(case, prepared), 1):
            with output_errors(folder):
                (draft / name).parent.mkdir(exist_ok=True)
            write_frames(draft / name, images)
            on_progress(done)
        if prepared is not None:
            with output_errors(folder):
                (draft / PREPARATION).write_text(PreparationRecord.of(prepared).to_json(), encoding="utf-8")


def _parts(case: RenderedCase, prepared: Prepared | None) -> Iterator[tuple[str, Images]]:
    source = case.source
    if prepared is None or case.edit is None:
        yield "source_images", source.frames
        yield "source_poses", draw_poses(source.poses)
        yield "source_masks", np.where(source.masks.masks, np.uint8(255), np.uint8(0))
        return
    yield from parts_of(prepared).items()
    truth = case.edit.truth
    yield "truth/images", truth.frames
    yield "truth/masks", truth.alpha
    yield "truth/plates", truth.plates
    yield "truth/shadows", truth.shade


def _prepared(source: RenderedClip, edit: RenderedEdit) -> Prepared:
    """The inputs of the edit, prepared without estimation error."""
    inputs = EditInputs(
        source=source.clip,
        source_poses=source.poses,
        aligned_poses=edit.truth.poses,
        source_masks=source.masks,
        target_masks=edit.truth.masks,
    )
    return Prepared(inputs, edit.target.clip, edit.target.poses, edit.target.masks, AlignmentReport("truth"))
