"""A deferred software renderer in loops compiled with Numba.

The posed mesh is rasterised twice, from the sun into a shadow map and from the camera into a z-buffer of triangle
indices with barycentric coordinates. Each covered pixel is then shaded: its surface point, material and normal, and
the light of sun, sky and floor. Tone mapping turns the result into 8-bit sRGB.

jit          the compiler's options
types        the arrays that the loops share: geometry, view, light, shadow map, materials, z-buffer
vectors      algebra of 3-vectors
colour       sRGB to linear light
noise        tileable noise textures and their bilinear lookup
shadow_map   depth seen from the sun; the fraction of sunlight that reaches a point
zbuffer      projection and rasterisation with alpha testing
surface      position, normal, tangents and texture coordinates of a pixel's surface point
patterns     fabric patterns
materials    albedo, bump-mapped normal and gloss of skin, cloth, hair and eyes
lighting     diffuse and specular light, screen-space ambient occlusion
shade        the shading pass over all pixels
tone         linear light to 8-bit: exposure, film curve, grain
"""
