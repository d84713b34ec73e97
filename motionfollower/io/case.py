"""The released example layout: a folder of pictures for each part of an edit, and back.

source_images/ source_poses/ source_masks/   the clip, its drawn poses, where its person is
target_images/ target_poses/ target_masks/   the same of the target clip
target_aligned_poses/ predicted_masks/       the target's poses on the source person, and where they will be
prepare.json                                 ours: the joints behind the drawings, the alignment's report

Pictures are frame_<i>.png or .jpg, masks white on black. An edit needs none of the target's own folders.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np

from motionfollower.core.errors import InputError, OutputError
from motionfollower.core.types import EditInputs, Origin, Prepared
from motionfollower.io.preparation import PosesRecord, PreparationRecord, load_preparation
from preprocess.pose.parse_render import read_drawings
from preprocess.pose.render import draw_poses
from preprocess.progress import frame_list
from preprocess.types import Bools, Clip, Floats, Frames, MaskSequence, PoseSequence, Size
from preprocess.video.atomic import atomic_path, check_parent, output_errors
from preprocess.video.crop import Crop
from preprocess.video.probe import probe
from preprocess.video.read import read_clip
from preprocess.video.write import write_frames

NEEDED = ("source_images", "source_poses", "target_aligned_poses", "source_masks", "predicted_masks")
TARGET = ("target_images", "target_poses", "target_masks")
PREPARATION = "prepare.json"
READ = (*NEEDED, PREPARATION)
"""All that an edit looks at; a result may lie in the same folder."""


def check_case_place(folder: Path) -> None:
    """OutputError where a case can't be written to `folder`, or would replace anything but an older case."""
    check_parent(folder.absolute().parent)
    names = {*NEEDED, *TARGET, PREPARATION}
    with output_errors(folder):
        is_taken = folder.exists() and (not folder.is_dir() or {path.name for path in folder.iterdir()} - names)
    if is_taken:
        raise OutputError(f"{folder} is a file or a folder that holds other files. Choose an empty or a new one.")


def write_case(folder: Path, prepared: Prepared) -> Generator[int, None, None]:
    """Write the layout whole or not at all; yield the number of folders done, of 8.

    An older case in `folder` is replaced. OutputError where it can't be written.
    """
    check_case_place(folder)
    with atomic_path(folder) as draft:
        with output_errors(folder):
            draft.mkdir(parents=True)
        for done, (name, pictures) in enumerate(parts_of(prepared).items(), 1):
            write_frames(draft / name, pictures)
            yield done
        with output_errors(folder):
            (draft / PREPARATION).write_text(PreparationRecord.of(prepared).to_json(), encoding="utf-8")


def parts_of(prepared: Prepared) -> dict[str, Frames]:
    """The pictures of each folder, by its name."""
    inputs = prepared.inputs
    return {
        "source_images": inputs.source.frames,
        "source_poses": draw_poses(inputs.source_poses),
        "source_masks": _as_pictures(inputs.source_masks),
        "target_images": prepared.target.frames,
        "target_poses": draw_poses(prepared.target_poses),
        "target_masks": _as_pictures(prepared.target_own_masks),
        "target_aligned_poses": draw_poses(inputs.aligned_poses),
        "predicted_masks": _as_pictures(inputs.target_masks),
    }


def _as_pictures(masks: MaskSequence) -> Frames:
    return masks.masks.astype(np.uint8) * 255


def read_case(folder: Path, frames: int | None = None) -> EditInputs:
    """The inputs of an edit from a folder in the layout, the first `frames` of it.

    Frames play at the rate of prepare.json, else at 8 a second. InputError names what is missing or
    doesn't fit.
    """
    for name in NEEDED:
        if not (folder / name).is_dir():
            raise InputError(f"{folder} has no folder {name}. A case needs {', '.join(NEEDED)}.")
    record = load_preparation(folder / PREPARATION)
    fps = record.fps if record else None
    source = read_clip(folder / "source_images", fps=fps, max_frames=frames)
    pictures = {name: _read_part(folder / name, source) for name in NEEDED[1:]}
    inputs = EditInputs(
        source=source,
        source_poses=_poses(pictures["source_poses"], record.source_poses if record else None),
        aligned_poses=_poses(pictures["target_aligned_poses"], record.aligned_poses if record else None),
        source_masks=_masks(pictures["source_masks"]),
        target_masks=_masks(pictures["predicted_masks"]),
        origin=_origin(folder / "source_images", source.size),
    )
    return replace(inputs, warnings=_doubts(inputs))


def _doubts(inputs: EditInputs) -> tuple[str, ...]:
    """A sentence for each folder that has pictures without a person."""
    people: dict[str, Floats | Bools] = {
        "source_poses": inputs.source_poses.scores,
        "target_aligned_poses": inputs.aligned_poses.scores,
        "source_masks": inputs.source_masks.masks,
        "predicted_masks": inputs.target_masks.masks,
    }
    nobody = {name: ~np.asarray(part.reshape(len(part), -1).any(axis=1)) for name, part in people.items()}
    return tuple(
        f"{name} shows nobody in {frame_list(frames)}; look at these pictures."
        for name, frames in nobody.items()
        if frames.any()
    )


def read_prepared(folder: Path) -> Prepared:
    """The whole preparation from a folder as `write_case` made it, with the target clip.

    InputError where the target's own folders or prepare.json are missing or don't fit.
    """
    inputs, record = read_case(folder), load_preparation(folder / PREPARATION)
    if record is None or not all((folder / name).is_dir() for name in TARGET):
        raise InputError(
            f"{folder} lacks the target's own parts: {', '.join((*TARGET, PREPARATION))}. Prepare it anew."
        )
    target = read_clip(folder / "target_images", fps=record.fps, max_frames=len(inputs.source))
    poses, masks = (_read_part(folder / name, target) for name in TARGET[1:])
    if len(target) < len(inputs.source):
        raise InputError(f"{folder / TARGET[0]} has {len(target)} pictures for {len(inputs.source)} source frames.")
    inputs = replace(inputs, warnings=record.warnings)
    own = _poses(poses, record.target_poses), _masks(masks)
    return Prepared(inputs, target, *own, record.alignment, record.doubts)


def _read_part(folder: Path, source: Clip) -> Frames:
    """Pictures of one part, one for each frame of a clip and of its size."""
    if (size := probe(folder).size) != source.size:
        raise InputError(f"The pictures of {folder} are {size}, those of its clip {source.size}. Make them one.")
    pictures = read_clip(folder, max_frames=len(source)).frames
    if len(pictures) < len(source):
        raise InputError(f"{folder} has {len(pictures)} pictures for {len(source)} source frames. Add the others.")
    return pictures


def _poses(drawings: Frames, record: PosesRecord | None) -> PoseSequence:
    """The recorded joints while the drawings are still theirs, else the joints as read from the drawings."""
    if record is not None:
        recorded = record.poses()
        first = PoseSequence(recorded.keypoints[: len(drawings)], recorded.scores[: len(drawings)], recorded.size)
        if np.array_equal(draw_poses(first), drawings):
            return first
    return read_drawings(drawings)


def _masks(pictures: Frames) -> MaskSequence:
    return MaskSequence(pictures.max(axis=3) > 127, "case")


def _origin(folder: Path, size: Size) -> Origin:
    return Origin(folder, size, 0.0, Crop.letterbox(size, size))
