"""Read and write a case: the released example layout, a folder of images for each part of an edit.

source_images/ source_poses/ source_masks/   the source clip, its drawn poses, its person masks
target_images/ target_poses/ target_masks/   the same of the target clip
target_aligned_poses/ predicted_masks/       the target's poses aligned to the source person, the predicted masks
prepare.json                                 our addition: the joints behind the drawings, the alignment report

Images are frame_<i>.png or .jpg, masks white on black. An edit does not need the target's own folders.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from motionfollower.core.errors import InputError, OutputError
from motionfollower.core.messages import recorded
from motionfollower.core.types import EditInputs, Origin, Prepared
from motionfollower.io.preparation import PosesRecord, PreparationRecord, load_preparation
from preprocess.pose.parse_render import parse_pose_images
from preprocess.pose.render import draw_poses
from preprocess.progress import OnProgress, ignore_progress
from preprocess.types import Bools, Clip, Floats, Frames, MaskSequence, PoseSequence
from preprocess.video.atomic import atomic_path, check_parent, output_errors
from preprocess.video.crop import Crop
from preprocess.video.probe import Media, probe
from preprocess.video.read import read_clip
from preprocess.video.write import write_frames
from preprocess.warnings import ClipWarning, WarningCode

NEEDED_FOLDERS = ("source_images", "source_poses", "target_aligned_poses", "source_masks", "predicted_masks")
TARGET_FOLDERS = ("target_images", "target_poses", "target_masks")
PREPARATION = "prepare.json"
READ_BY_EDIT = (*NEEDED_FOLDERS, PREPARATION)
"""Everything an edit reads; a result may be in the same folder."""

CASE_FOLDERS = len(NEEDED_FOLDERS) + len(TARGET_FOLDERS)  # that `write_case` writes, one after the other


def check_case_dir(folder: Path) -> None:
    """OutputError where a case cannot be written to `folder`, or would replace anything but an older case."""
    check_parent(folder.absolute().parent)
    names = {*NEEDED_FOLDERS, *TARGET_FOLDERS, PREPARATION}
    with output_errors(folder):
        is_taken = folder.exists() and (not folder.is_dir() or {path.name for path in folder.iterdir()} - names)
    if is_taken:
        raise OutputError(f"{folder} is a file or a folder that holds other files. Choose an empty or a new one.")


def write_case(folder: Path, prepared: Prepared, on_progress: OnProgress = ignore_progress) -> None:
    """Write a case atomically, and report how many of its CASE_FOLDERS are done; an older case is replaced.

    OutputError where it cannot be written.
    """
    check_case_dir(folder)
    with atomic_path(folder) as draft:
        with output_errors(folder):
            draft.mkdir(parents=True)
        for done, (name, images) in enumerate(parts_of(prepared).items(), 1):
            write_frames(draft / name, images)
            on_progress(done)
        with output_errors(folder):
            (draft / PREPARATION).write_text(PreparationRecord.of(prepared).to_json(), encoding="utf-8")


def parts_of(prepared: Prepared) -> dict[str, Frames]:
    """The images of each folder, by its name."""
    inputs = prepared.inputs
    return {
        "source_images": inputs.source.frames,
        "source_poses": draw_poses(inputs.source_poses),
        "source_masks": _to_images(inputs.source_masks),
        "target_images": prepared.target.frames,
        "target_poses": draw_poses(prepared.target_poses),
        "target_masks": _to_images(prepared.target_own_masks),
        "target_aligned_poses": draw_poses(inputs.aligned_poses),
        "predicted_masks": _to_images(inputs.target_masks),
    }


def _to_images(masks: MaskSequence) -> Frames:
    return masks.masks.astype(np.uint8) * 255


def read_case(folder: Path, frames: int | None = None) -> EditInputs:
    """The inputs of an edit from a folder in the layout, the first `frames` of it.

    The frame rate is that of prepare.json, otherwise 8 FPS. InputError names what is missing or does not fit.
    """
    for name in NEEDED_FOLDERS:
        if not (folder / name).is_dir():
            raise InputError(f"{folder} has no folder {name}. A case needs {', '.join(NEEDED_FOLDERS)}.")
    record = load_preparation(folder / PREPARATION)
    fps = record.fps if record else None
    media = probe(folder / "source_images")
    source = read_clip(media, fps=fps, max_frames=frames)
    images = {name: _read_part(folder / name, source) for name in NEEDED_FOLDERS[1:]}
    inputs = EditInputs(
        source=source,
        source_poses=_poses(images["source_poses"], record.source_poses if record else None),
        aligned_poses=_poses(images["target_aligned_poses"], record.aligned_poses if record else None),
        source_masks=_masks(images["source_masks"]),
        target_masks=_masks(images["predicted_masks"]),
        origin=_origin(media),
    )
    return replace(inputs, warnings=_empty_folders(inputs))


def _empty_folders(inputs: EditInputs) -> tuple[ClipWarning, ...]:
    """A warning for each folder with images that show no person."""
    people: dict[str, Floats | Bools] = {
        "source_poses": inputs.source_poses.scores,
        "target_aligned_poses": inputs.aligned_poses.scores,
        "source_masks": inputs.source_masks.masks,
        "predicted_masks": inputs.target_masks.masks,
    }
    empty = {name: ~np.asarray(part.reshape(len(part), -1).any(axis=1)) for name, part in people.items()}
    return tuple(
        ClipWarning.of_frames(WarningCode.CASE_WITHOUT_PERSON, frames, folder=name)
        for name, frames in empty.items()
        if frames.any()
    )


def read_prepared(folder: Path) -> Prepared:
    """A whole preparation, with the target clip, from a folder that `write_case` wrote.

    InputError where the target's own folders or prepare.json are missing or do not fit.
    """
    inputs, record = read_case(folder), load_preparation(folder / PREPARATION)
    if record is None or not all((folder / name).is_dir() for name in TARGET_FOLDERS):
        parts = ", ".join((*TARGET_FOLDERS, PREPARATION))
        raise InputError(f"{folder} lacks the target's own parts: {parts}. Prepare the clips again.")
    images = folder / "target_images"
    target = read_clip(images, fps=record.fps, max_frames=len(inputs.source))
    poses, masks = (_read_part(folder / name, target) for name in TARGET_FOLDERS[1:])
    if len(target) < len(inputs.source):
        raise InputError(f"{images} has {len(target)} images for {len(inputs.source)} source frames.")
    inputs = replace(inputs, warnings=recorded(record.warnings))
    own = _poses(poses, record.target_poses), _masks(masks)
    return Prepared(inputs, target, *own, record.alignment, recorded(record.doubts))


def _read_part(folder: Path, source: Clip) -> Frames:
    """The images of one part, one per frame of a clip, of its size."""
    media = probe(folder)
    if (size := media.size) != source.size:
        raise InputError(f"The images of {folder} are {size}, the clip's frames {source.size}. Make them one size.")
    images = read_clip(media, max_frames=len(source)).frames
    if len(images) < len(source):
        raise InputError(f"{folder} has {len(images)} images for {len(source)} source frames. Add the missing ones.")
    return images


def _poses(drawings: Frames, record: PosesRecord | None) -> PoseSequence:
    """The recorded joints where the drawings are unchanged, otherwise joints parsed from the drawings."""
    if record is not None:
        poses = record.poses()
        first = PoseSequence(poses.keypoints[: len(drawings)], poses.scores[: len(drawings)], poses.size)
        if np.array_equal(draw_poses(first), drawings):
            return first
    return parse_pose_images(drawings)


def _masks(images: Frames) -> MaskSequence:
    return MaskSequence(images.max(axis=3) > 127, "case")


def _origin(media: Media) -> Origin:
    return Origin(media, 0.0, Crop.letterbox(media.size, media.size))
