"""A person ready to dance: body, clothes and hair as one mesh, with skeleton, skin and wardrobe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from motionfollower.research.synthetic.appearance.garments import make_garments, make_hat
from motionfollower.research.synthetic.appearance.hair import make_hair
from motionfollower.research.synthetic.appearance.materials import fill_materials
from motionfollower.research.synthetic.appearance.patch import Part, triangles
from motionfollower.research.synthetic.appearance.skin import make_eye, make_skin
from motionfollower.research.synthetic.appearance.skin_texture import paint_skin
from motionfollower.research.synthetic.appearance.types import Appearance, Material
from motionfollower.research.synthetic.assets.types import Assets, Doubles
from motionfollower.research.synthetic.body.body import Body, make_body
from motionfollower.research.synthetic.body.skinning import skin
from motionfollower.research.synthetic.body.template import read_template
from motionfollower.research.synthetic.renderer.types import Geometry, MaterialTable

HAIR_REACH = 0.5  # decimetres: hair is cut by noise as far outside as this


@dataclass(frozen=True, eq=False)
class Character:
    """One person: `body` in its shoes, `mesh` what is seen of them, at rest; `skin` the texture f32 [S, S, 4]."""

    body: Body
    mesh: Geometry
    bones: NDArray[np.int32]
    weights: NDArray[np.float32]
    skin: NDArray[np.float32]
    wardrobe: MaterialTable

    def pose(self, rotations: Doubles, positions: Doubles) -> Geometry:
        """What is seen of them with bones turned by f64 [B, 3, 3], their heads at f64 [B, 3]."""
        points, normals = np.empty_like(self.mesh.points), np.empty_like(self.mesh.normals)
        turns, shifts = self.body.bone_maps(rotations, positions)
        skin(self.mesh.points, self.mesh.normals, self.bones, self.weights, turns, shifts, points, normals)
        return self.mesh._replace(points=points, normals=normals)


def make_character(assets: Assets, look: Appearance) -> Character:
    """Build a person from their looks; takes about two seconds."""
    template = read_template(assets)
    body = make_body(assets, look.build)
    rest = body.rest
    clothes, hidden = make_garments(assets, template, rest, look)
    hair = make_hair(assets, template, rest, look.hair, look.hat)
    hats = [make_hat(assets, template, rest, look.hat)] if look.hat else []
    flesh = [make_skin(assets, template, rest, hidden), *(make_eye(assets, template, rest, side) for side in "lr")]
    parts = [*flesh, *clothes, *hair, *hats]
    lowest = min(float(part.points[:, 1].min()) for part in clothes if part.material is Material.SHOES)
    return Character(
        body=replace(body, sole=float(rest[np.concatenate(template.feet), 1].min()) - lowest),
        mesh=_join(parts),
        bones=np.concatenate([part.bones for part in parts]),
        weights=np.concatenate([part.weights for part in parts]),
        skin=paint_skin(assets, look),
        wardrobe=fill_materials(look),
    )


def _join(parts: Sequence[Part]) -> Geometry:
    """All parts as one mesh, without the triangles that are cut away whole."""
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
    reach = np.where(mesh.materials == Material.HAIR, -HAIR_REACH, 0)
    kept = (mesh.coords[mesh.triangles, 3] > reach[:, None]).any(axis=1)
    return mesh._replace(triangles=mesh.triangles[kept], materials=mesh.materials[kept])
