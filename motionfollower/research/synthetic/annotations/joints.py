"""3-D joints of a posed body: body keypoints, hands, and the 68 iBUG face landmarks.

The face landmarks are the vertices of the base mesh nearest to MediaPipe's landmarks on a frontal neutral face.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from motionfollower.research.synthetic.assets.types import Assets, Doubles, Sparse
from motionfollower.research.synthetic.body.body import Body
from motionfollower.research.synthetic.body.skinning import skin
from preprocess.pose.skeleton import BODY_NAMES, FACE, HANDS, JOINTS, L_SHOULDER, NECK, R_SHOULDER

JAW = (5405, 5433, 5098, 5241, 894, 915, 5223, 727, 5225, 7449, 11900, 7617, 7596, 11850, 11712, 12207, 12004)
BROWS = (5199, 5260, 231, 230, 233, 7006, 7002, 7004, 10411, 11810)
NOSE = (136, 131, 201, 294, 354, 313, 317, 7076, 7115)
EYES = (4853, 8, 56, 68, 6772, 1067, 6850, 6839, 6791, 6806, 6820, 11480)
OUTER_LIPS = (427, 5351, 460, 455, 7215, 11953, 10403, 7239, 7245, 496, 490, 484)
INNER_LIPS = (420, 462, 468, 7221, 7196, 7279, 520, 522)

FACE_VERTICES = (*JAW, *BROWS, *NOSE, *EYES, *OUTER_LIPS, *INNER_LIPS)

FINGERS = range(1, 6)
FINGER_JOINTS = range(1, 5)


@dataclass(frozen=True, eq=False)
class JointFinder:
    """Joints f64 [128, 3] as weighted means `means` [128, N] of the base mesh vertices with indices `vertices`."""

    vertices: NDArray[np.int64]
    means: csr_array

    @classmethod
    def of(cls, assets: Assets) -> JointFinder:
        """The finder for the base mesh, which holds for every body."""
        rows = _joint_rows(assets)
        vertices, columns = np.unique(np.concatenate([row.indices for row in rows]), return_inverse=True)
        joints = np.repeat(np.arange(JOINTS), [len(row.indices) for row in rows])
        values = np.concatenate([row.values for row in rows])
        return cls(vertices, csr_array((values, (joints, columns)), shape=(JOINTS, len(vertices))))

    def find(self, assets: Assets, body: Body, rotations: Doubles, positions: Doubles) -> Doubles:
        """The joints f64 [128, 3] of a body with bones rotated by f64 [B, 3, 3] and heads at f64 [B, 3]."""
        rest = body.rest[self.vertices].astype(np.float32)
        rig, posed = assets.rig, np.empty_like(rest)
        turns, shifts = body.bone_transforms(rotations, positions)
        bones, weights = rig.bones[self.vertices], rig.weights[self.vertices]
        skin(rest, np.zeros_like(rest), bones, weights, turns, shifts, posed, np.empty_like(rest))
        return np.asarray(self.means @ posed.astype(np.float64))


def _joint_rows(assets: Assets) -> list[Sparse]:
    """Vertex weights of each joint."""
    body = [_body_joint(assets, name) for name in BODY_NAMES]
    body[NECK] = _midpoint(body[L_SHOULDER], body[R_SHOULDER])
    hands = [_cube(assets, name) for side in "lr" for name in _hand_cubes(side)]
    face = [Sparse(np.array([vertex], np.int32), np.ones(1)) for vertex in FACE_VERTICES]
    assert (len(hands), len(face)) == (HANDS.stop - HANDS.start, FACE.stop - FACE.start)
    return [*body, *hands, *face]


def _body_joint(assets: Assets, name: str) -> Sparse:
    return assets.keypoints.get(name.replace(" ", "_"), Sparse(np.zeros(0, np.int32), np.zeros(0)))


def _midpoint(one: Sparse, other: Sparse) -> Sparse:
    return Sparse(np.concatenate([one.indices, other.indices]), np.concatenate([one.values, other.values]) / 2)


def _hand_cubes(side: str) -> list[str]:
    fingers = [f"joint-{side}-finger-{finger}-{joint}" for finger in FINGERS for joint in FINGER_JOINTS]
    return [f"joint-{side}-hand", *fingers]


def _cube(assets: Assets, name: str) -> Sparse:
    vertices = assets.mesh.cubes[name]
    return Sparse(vertices, np.full(len(vertices), 1 / len(vertices)))
