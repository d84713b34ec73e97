"""The 68 landmarks of the iBUG set as vertices of the base mesh.

Found once: those nearest to MediaPipe's landmarks on a neutral face, seen from the front.
"""

JAW = (5405, 5433, 5098, 5241, 894, 915, 5223, 727, 5225, 7449, 11900, 7617, 7596, 11850, 11712, 12207, 12004)
BROWS = (5199, 5260, 231, 230, 233, 7006, 7002, 7004, 10411, 11810)
NOSE = (136, 131, 201, 294, 354, 313, 317, 7076, 7115)
EYES = (4853, 8, 56, 68, 6772, 1067, 6850, 6839, 6791, 6806, 6820, 11480)
OUTER_LIPS = (427, 5351, 460, 455, 7215, 11953, 10403, 7239, 7245, 496, 490, 484)
INNER_LIPS = (420, 462, 468, 7221, 7196, 7279, 520, 522)

FACE_VERTICES = (*JAW, *BROWS, *NOSE, *EYES, *OUTER_LIPS, *INNER_LIPS)
