"""The small networks of preprocessing, which are trained here and ship with the package.

`mask_net` predicts the target mask, where the person will be in the edit, from the limb profiles of the source person
and the mask of the target person. `bone_length_net` estimates a person's 3-D bone lengths from the 2-D poses of a clip,
for the alignment of one person's motion to another's body. `motionfollower.models.weights.small_nets` reads and writes
their files.
"""
