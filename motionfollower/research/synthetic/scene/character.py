"""A character: body, clothes and hair as one mesh, with skeleton, skin texture and materials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.appearance.garments import make_garments, make_hat
from motionfollower.research.synthetic.appearance.hair import make_hair
from motionfollower.research.synthetic.appearance.patch import Part, triangles
from motionfollower.research.synthetic.appearance.skin import make_eye, make_skin
from motionfollower.research.synthetic.appearance.skin_texture import paint_skin
from motionfollower.research.synthetic.appearance.types import Appearance
from motionfollower.research.synthetic.assets.types import Assets, Doubles
from motionfollower.research.synthetic.body.body import Body, make_body
from motionfollower.research.synthetic.body.skinning import skin
from motionfollower.research.synthetic.body.template import make_template
from motionfollower.research.synthetic.renderer.types import Geometry, Material, MaterialTable

HAIR_MARGIN = 0.5  # decimetres: noise extends hair this far outside its outline


@dataclass(frozen=True, eq=False)
class Character:
    """One person: the `body` with shoes, the visible `mesh` at rest, the `skin` texture f32 [S, S, 4].

    `bones` int32 [V, 6] and `weights` f32 [V, 6] are the skin weights of the mesh.
    """

    body: Body
    mesh: Geometry
    bones: NDArray[np.int32]
    weights: NDArray[np.float32]
    skin: NDArray[np.float32]
    materials: MaterialTable

    def pose(self, rotations: Doubles, positions: Doubles) -> Geometry:
        """Skin the mesh to bones rotated by f64 [B, 3, 3] with heads at f64 [B, 3]."""
        points, normals = np.empty_like(self.mesh.points), np.empty_like(self.mesh.normals)
        transforms = self.body.bone_transforms(rotations, positions)
        skin(self.mesh.points, self.mesh.normals, self.bones, self.weights, *transforms, points, normals)
        return self.mesh._replace(points=points, normals=normals)


def make_character(assets: Assets, appearance: Appearance) -> Character:
    """Build a character from its appearance; takes about two seconds."""
    template = make_template(assets)
    body = make_body(assets, appearance.build)
    rest = body.rest
    clothes, hidden = make_garments(assets, template, rest, appearance)
    hair = make_hair(assets, template, rest, appearance.hair, appearance.hat)
    hats = [make_hat(assets, template, rest, appearance.hat)] if appearance.hat else []
    skin_parts = [make_skin(assets, template, rest, hidden), *(make_eye(assets, template, rest, side) for side in "lr")]
    parts = [*skin_parts, *clothes, *hair, *hats]
    lowest = min(float(part.points[:, 1].min()) for part in clothes if part.material is Material.SHOES)
    return Character(
        body=replace(body, sole=float(rest[np.concatenate(template.feet), 1].min()) - lowest),
        mesh=_join(parts),
        bones=np.concatenate([part.bones for part in parts]),
        weights=np.concatenate([part.weights for part in parts]),
        skin=paint_skin(assets, appearance),
        materials=appearance.material_table(),
    )


def _join(parts: Sequence[Part]) -> Geometry:
    """Join parts into one mesh, without triangles that are entirely outside their material's outline."""
    starts = np.cumsum([0, *(len(part.points) for part in parts)])
    corners = [triangles(part.quads) + start for part, start in zip(parts, starts, strict=False)]
    materials = np.repeat([int(part.material) for part in parts], [len(corner) for corner in corners])
    coords = [np.column_stack([p.coords, p.inside, np.full(len(p.points), p.layer)]) for p in parts]
    mesh = Geometry(
        points=np.concatenate([part.points for part in parts]).astype(np.float32),
        normals=np.concatenate([part.normals for part in parts]).astype(np.float32),
        triangles=np.concatenate(corners).astype(np.int32),
        materials=materials.astype(np.int32),
        coords=np.concatenate(coords).astype(np.float32),
    )
    margin = np.where(mesh.materials == Material.HAIR, -HAIR_MARGIN, 0)
    is_kept = (mesh.coords[mesh.triangles, 3] > margin[:, None]).any(axis=1)
    return mesh._replace(triangles=mesh.triangles[is_kept], materials=mesh.materials[is_kept])
