"""Writes productions in the released example layout, with what is true beside it.

source_images/ source_poses/ source_masks/     the dancer
and with a second motion:
target_images/ target_poses/ target_masks/     another dancer who does it
target_aligned_poses/ predicted_masks/         this dancer's true poses and masks when they do it: a case to edit
truth/images/ truth/masks/                     this dancer doing it: the right answer, with soft masks
truth/plates/ truth/shadows/                   the place without anybody; the light that the shadow leaves
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motionfollower.case import PREPARATION, parts_of
from motionfollower.dancers.footage import Footage
from motionfollower.dancers.studio import Edit, Production
from motionfollower.errors import OutputError
from motionfollower.preparation import PreparationRecord
from motionfollower.types import EditInputs, Prepared
from preprocess.atomic import check_place, replacing, writing
from preprocess.draw_pose import draw_poses
from preprocess.write_video import write_frames

Pictures = NDArray[np.uint8]
SOURCE_FOLDERS, EDIT_FOLDERS = 3, 12


def check_production_place(folder: Path) -> None:
    """OutputError where a production can't be written to `folder`: it must be new or empty."""
    check_place(folder.absolute().parent)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder} is a file or a folder that isn't empty. Choose an empty or a new one.")


def folders_of(production: Production) -> int:
    """How many folders are written."""
    return EDIT_FOLDERS if production.edit else SOURCE_FOLDERS


def write_production(folder: Path, production: Production) -> Generator[int, None, None]:
    """Write all pictures, whole or not at all; yield the number of folders done. OutputError where it can't be."""
    check_production_place(folder)
    prepared = _prepared(production.source, production.edit) if production.edit else None
    with replacing(folder) as draft:
        with writing(folder):
            draft.mkdir(parents=True)
        for done, (name, pictures) in enumerate(_parts(production, prepared), 1):
            with writing(folder):
                (draft / name).parent.mkdir(exist_ok=True)
            write_frames(draft / name, pictures)
            yield done
        if prepared is not None:
            with writing(folder):
                (draft / PREPARATION).write_text(PreparationRecord.of(prepared).to_json(), encoding="utf-8")


def _parts(production: Production, prepared: Prepared | None) -> Iterator[tuple[str, Pictures]]:
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


def _prepared(source: Footage, edit: Edit) -> Prepared:
    """The production as if somebody had prepared its clips without any error."""
    inputs = EditInputs(
        source=source.clip,
        source_poses=source.poses,
        aligned_poses=edit.truth.poses,
        source_masks=source.masks,
        target_masks=edit.truth.masks,
    )
    return Prepared(inputs, edit.target.clip, edit.target.poses, edit.target.masks, {"mode": "truth"})
