"""The body of one person: shape, skeleton, retargeting and skinning.

Weighted shape targets morph the base mesh into a person's rest pose, which places the bones. A motion is retargeted to
the skeleton: its root is scaled and the feet are planted on the floor by inverse kinematics, then every bone gets a
rotation from the motion's segments. Linear blend skinning moves the mesh with the bones.

morph            the person's shape, from a `Build` of plain values
template         fields over the base mesh: body parts and coordinates for clothes
hands            wrist and finger angles
bone_rotations   rotations of all bones from those of the motion's segments
skeleton         bones at rest and posed
feet             foot planting
skinning         linear blend skinning, vertex normals
body             the body as a whole
"""
