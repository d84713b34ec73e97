"""A person's appearance: build, skin, hair and clothes.

An `Appearance` of plain values is drawn from a seed. Its garments and hair are built as meshes by draping quads of the
base mesh over the shaped body: a quad patch is subdivided, smoothed and offset from the skin, and a scalar field over
the body decides where the garment ends. The skin is a procedural texture.

types          the values that describe an appearance
sampling       appearances drawn from a seed
patch          draping: patches of the base mesh as cloth
garments       tops, trousers, skirts, jackets, shoes and hats
tube           tubes along curves, for ponytails and buns
hair           shells of short hair; meshes of long and tied hair
skin           skin and eyes as parts
uv_map         the body point that each pixel of the skin texture shows
skin_texture   the painted skin texture
"""
