"""Synthetic dancers: clothed, dancing characters, rendered with ground-truth annotations.

A character's appearance, an environment, a camera and motions are drawn from seeds. A motion is retargeted to the
character's body and the camera is fitted to it, which gives a shot. For each of its frames, the skeleton is posed, the
mesh skinned and rasterised, and the pixels shaded over the backdrop. The renderer also returns the plate without the
person, alpha and shadow, and the annotations add joints with visibility. Shots are exported as cases in the released
example layout or as shards of a training set. The same seed always gives the same bytes.

requirements   optional libraries that rendering needs
seeds          ranges of seeds for training and evaluation
assets         the body model and the recorded motions, downloaded once
motion         motions independent of a body, from recordings and procedural phrases
body           body shape, skeleton, retargeting, skinning
appearance     skin, hair and clothes as meshes and textures
environment    floor, walls, light: the backdrop
renderer       rasterisation, shadow mapping, shading, tone mapping
annotations    joints and their visibility
scene          a character in an environment before a camera; its shots and their frames
export         clips, cases and training sets
"""
