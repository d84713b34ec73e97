"""The 68 landmarks of the iBUG set as vertices of the base mesh."""

FACE_VERTICES = tuple(range(5000, 5068))
