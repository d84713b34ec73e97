"""Triangles to pixels, in loops that are compiled.

vectors      three numbers at a time
noise        smooth random pictures, looked up anywhere
types        what the loops are given
zbuffer      which triangle each pixel sees
shadow_map   what the light sees
surface      place, normal and coordinates of a pixel's point
materials    colour and bumps of skin, cloth, hair, eyes
patterns     how cloth is coloured
lighting     light and occlusion
shade        all of it, a pixel
tone         light to bytes
"""
