"""Synthetic dancers: clothed, dancing people, rendered with everything that is true about each frame.

assets     the body model and the recorded motions, fetched once
motion     segment rotations over time: recordings, phrases made to a beat, and what joins them
body       one person's rest mesh, its skeleton, and posing both
look       who that person is and wears, drawn from a seed
place      floor, walls, light; camera
raster     triangles to pixels, and their shading
truth      joints, masks and shadows of a rendered frame
scene      one dancer in one place before one camera, doing any number of motions
"""
