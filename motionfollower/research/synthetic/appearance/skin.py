"""The skin and the eyes as parts."""

from __future__ import annotations

import numpy as np

from motionfollower.research.synthetic.appearance.patch import Part, Patch, normals_of, strongest_bones
from motionfollower.research.synthetic.appearance.types import Material
from motionfollower.research.synthetic.assets.types import Assets, Doubles
from motionfollower.research.synthetic.body.template import Template

FULL = 2.0  # decimetres: surely inside


def make_skin(assets: Assets, template: Template, rest: Doubles, hidden: np.ndarray) -> Part:
    """The body where no cloth hides it; its coords are the texture's (u, v) and the height."""
    quads, uvs = assets.mesh.quads["body"], assets.mesh.quad_uvs["body"]
    seen = ~hidden[quads].all(axis=1)
    corners = np.stack([quads[seen], uvs[seen]], axis=-1).reshape(-1, 2)
    points, renamed = np.unique(corners, axis=0, return_inverse=True)  # a point on a seam has several (u, v)
    vertices = points[:, 0]
    coords = np.column_stack([assets.mesh.uvs[points[:, 1]], template.points[vertices, 1]])
    bones, weights = strongest_bones(template.weights[vertices])
    return Part(
        material=Material.SKIN,
        points=rest[vertices],
        normals=normals_of(rest, quads)[vertices],
        coords=coords,
        inside=np.full(len(points), FULL),
        quads=renamed.reshape(-1, 4).astype(np.int32),
        bones=bones,
        weights=weights,
    )


def make_eye(assets: Assets, template: Template, rest: Doubles, side: str) -> Part:
    """One eyeball, "l" or "r"; its coords are decimetres from its middle."""
    patch = Patch.of(assets.mesh.quads[f"helper-{side}-eye"], len(rest))
    points, coords = patch.blend @ rest, patch.blend @ template.points
    bones, weights = strongest_bones(patch.blend @ template.weights)
    return Part(
        material=Material.EYE,
        points=points,
        normals=normals_of(points, patch.quads),
        coords=coords - coords.mean(axis=0),
        inside=np.full(len(points), FULL),
        quads=patch.quads,
        bones=bones,
        weights=weights,
    )
