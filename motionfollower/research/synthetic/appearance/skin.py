"""The skin and the eyes as parts of a character's mesh."""

from __future__ import annotations

import numpy as np

from motionfollower.research.synthetic.appearance.patch import Part, Patch, normals_of, strongest_bones
from motionfollower.research.synthetic.assets.types import Assets, Doubles
from motionfollower.research.synthetic.body.template import Template
from motionfollower.research.synthetic.renderer.types import Material

INSIDE = 2.0  # decimetres: well inside the outline


def make_skin(assets: Assets, template: Template, rest: Doubles, hidden: np.ndarray) -> Part:
    """The body's surface where clothes do not hide it (`hidden` bool [V]); coords are texture (u, v) and height."""
    quads, uvs = assets.mesh.quads["body"], assets.mesh.quad_uvs["body"]
    visible = ~hidden[quads].all(axis=1)
    corners = np.stack([quads[visible], uvs[visible]], axis=-1).reshape(-1, 2)
    points, index = np.unique(corners, axis=0, return_inverse=True)  # a vertex on a UV seam has several (u, v)
    vertices = points[:, 0]
    coords = np.column_stack([assets.mesh.uvs[points[:, 1]], template.points[vertices, 1]])
    bones, weights = strongest_bones(template.weights[vertices])
    return Part(
        material=Material.SKIN,
        points=rest[vertices],
        normals=normals_of(rest, quads)[vertices],
        coords=coords,
        inside=np.full(len(points), INSIDE),
        quads=index.reshape(-1, 4).astype(np.int32),
        bones=bones,
        weights=weights,
    )


def make_eye(assets: Assets, template: Template, rest: Doubles, side: str) -> Part:
    """One eyeball, "l" or "r"; coords are decimetres from its centre."""
    patch = Patch.of(assets.mesh.quads[f"helper-{side}-eye"], len(rest))
    points, coords = patch.blend @ rest, patch.blend @ template.points
    bones, weights = strongest_bones(patch.blend @ template.weights)
    return Part(
        material=Material.EYE,
        points=points,
        normals=normals_of(points, patch.quads),
        coords=coords - coords.mean(axis=0),
        inside=np.full(len(points), INSIDE),
        quads=patch.quads,
        bones=bones,
        weights=weights,
    )
