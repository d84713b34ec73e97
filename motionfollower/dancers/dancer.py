"""A person ready to dance: body, clothes and hair as one mesh, with skeleton, skin and wardrobe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from motionfollower.dancers.assets.types import Assets, Doubles
from motionfollower.dancers.body.body import Body, make_body
from motionfollower.dancers.body.skinning import skin
from motionfollower.dancers.body.template import read_template
from motionfollower.dancers.look.flesh import make_eye, make_skin
from motionfollower.dancers.look.garments import make_garments
from motionfollower.dancers.look.hair import make_hair
from motionfollower.dancers.look.hats import make_hat
from motionfollower.dancers.look.paint import paint_skin
from motionfollower.dancers.look.patch import Part, triangles
from motionfollower.dancers.look.types import Look, Material
from motionfollower.dancers.look.wardrobe import fill_wardrobe
from motionfollower.dancers.raster.types import Geometry, Wardrobe

HAIR_REACH = 0.5  # decimetres: hair is cut by noise as far outside as this


@dataclass(frozen=True, eq=False)
class Dancer:
    """One person: `body` in its shoes, `mesh` what is seen of them, at rest; `skin` the texture f32 [S, S, 4]."""

    body: Body
    mesh: Geometry
    bones: NDArray[np.int32]
    weights: NDArray[np.float32]
    skin: NDArray[np.float32]
    wardrobe: Wardrobe

    def pose(self, rotations: Doubles, positions: Doubles) -> Geometry:
        """What is seen of them with bones turned by f64 [B, 3, 3], their heads at f64 [B, 3]."""
        points, normals = np.empty_like(self.mesh.points), np.empty_like(self.mesh.normals)
        turns, shifts = self.body.bone_maps(rotations, positions)
        skin(self.mesh.points, self.mesh.normals, self.bones, self.weights, turns, shifts, points, normals)
        return self.mesh._replace(points=points, normals=normals)


def make_dancer(assets: Assets, look: Look) -> Dancer:
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
    return Dancer(
        body=replace(body, sole=float(rest[np.concatenate(template.feet), 1].min()) - lowest),
        mesh=_join(parts),
        bones=np.concatenate([part.bones for part in parts]),
        weights=np.concatenate([part.weights for part in parts]),
        skin=paint_skin(assets, look),
        wardrobe=fill_wardrobe(look),
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
