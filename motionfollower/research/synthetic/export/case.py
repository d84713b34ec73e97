"""What `dancers render` makes: a dancer's clip, and with a second motion the right answer of an edit."""

from __future__ import annotations

from collections.abc import Generator, Iterator
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
from preprocess.types import Size
from preprocess.video.atomic import atomic_path, check_parent, output_errors
from preprocess.video.write import write_frames

SMALLEST, LARGEST = 32, 1024  # pixels a side
LONGEST = 600  # frames


@dataclass(frozen=True)
class CaseConfig:
    """What to render: who, doing what, and with `target_motion` what they shall do instead.

    The clip that shows the target's motion has another dancer in another place, those of `other_seed`, before the
    same camera: so an alignment that keeps the place in the picture brings the dance where the truth has it.
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
        """Another dancer, of the same half of the seeds: held out where this one is."""
        other = np.random.default_rng([self.seed, self.motion]).integers(100_000)
        return ALL.start + (self.seed // 100_000) * 100_000 + int(other)

    @property
    def total(self) -> int:
        """How many frames are rendered in all."""
        return self.frames * (1 if self.target_motion is None else 3)


@dataclass(frozen=True)
class RenderedEdit:
    """The right answer of an edit: another dancer's clip, and this dancer doing what that one does."""

    target: RenderedClip
    truth: RenderedClip


@dataclass(frozen=True)
class RenderedCase:
    """A rendered order."""

    source: RenderedClip
    edit: RenderedEdit | None


def render_case(assets: Assets, order: CaseConfig) -> Generator[int, None, RenderedCase]:
    """Render an order; yield the number of frames done, of `order.total`."""
    scene = sample_scene(assets, order.seed, order.size, order.fps)
    seeds = [order.motion] if order.target_motion is None else [order.motion, order.target_motion]
    motions = [make_sequence(assets, seed, order.frames / order.fps) for seed in seeds]
    takes = plan_shots(scene.stage, motions, order.frames, hands=order.seed)
    renderer = Renderer(assets, scene)
    source = yield from render_clip(renderer, takes[0], order.fps)
    if order.target_motion is None:
        return RenderedCase(source, None)
    truth = yield from render_clip(renderer, takes[1], order.fps, order.frames)
    other = replace(sample_scene(assets, order.other_seed, order.size, order.fps), camera=scene.camera)
    (alone,) = plan_shots(other.stage, motions[1:], order.frames, hands=order.other_seed)
    same_camera = replace(alone, views=takes[1].views)
    target = yield from render_clip(Renderer(assets, other), same_camera, order.fps, 2 * order.frames)
    return RenderedCase(source, RenderedEdit(target, truth))


Pictures = NDArray[np.uint8]
SOURCE_FOLDERS, EDIT_FOLDERS = 3, 12


def check_rendered_case_dir(folder: Path) -> None:
    """OutputError where a production can't be written to `folder`: it must be new or empty."""
    check_parent(folder.absolute().parent)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder} is a file or a folder that isn't empty. Choose an empty or a new one.")


def folders_of(production: RenderedCase) -> int:
    """How many folders are written."""
    return EDIT_FOLDERS if production.edit else SOURCE_FOLDERS


def write_rendered_case(folder: Path, production: RenderedCase) -> Generator[int, None, None]:
    """Write all pictures, whole or not at all; yield the number of folders done. OutputError where it can't be."""
    check_rendered_case_dir(folder)
    prepared = _prepared(production.source, production.edit) if production.edit else None
    with atomic_path(folder) as draft:
        with output_errors(folder):
            draft.mkdir(parents=True)
        for done, (name, pictures) in enumerate(_parts(production, prepared), 1):
            with output_errors(folder):
                (draft / name).parent.mkdir(exist_ok=True)
            write_frames(draft / name, pictures)
            yield done
        if prepared is not None:
            with output_errors(folder):
                (draft / PREPARATION).write_text(PreparationRecord.of(prepared).to_json(), encoding="utf-8")


def _parts(production: RenderedCase, prepared: Prepared | None) -> Iterator[tuple[str, Pictures]]:
    source = production.source
    if prepared is None or production.edit is None:
        yield "source_images", source.frames
        yield "source_poses", draw_poses(source.poses)
        yield "source_masks", np.where(source.masks.masks, np.uint8(255), np.uint8(0))
        return
    yield from parts_of(prepared).items()
    truth = production.edit.truth
    yield "truth/images", truth.frames
    yield "truth/masks", truth.alpha
    yield "truth/plates", truth.plates
    yield "truth/shadows", truth.shade


def _prepared(source: RenderedClip, edit: RenderedEdit) -> Prepared:
    """The production as if somebody had prepared its clips without any error."""
    inputs = EditInputs(
        source=source.clip,
        source_poses=source.poses,
        aligned_poses=edit.truth.poses,
        source_masks=source.masks,
        target_masks=edit.truth.masks,
    )
    return Prepared(inputs, edit.target.clip, edit.target.poses, edit.target.masks, {"mode": "truth"})
