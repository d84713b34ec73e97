"""Motion independent of a body: rotations of the body segments over time, and the pelvis's path in leg lengths.

A sequence of any length is assembled from a seed: excerpts of motion-capture recordings, randomly mirrored and mixed,
and procedural dance phrases, joined by blending. A phrase is keyframed to a beat: random arm poses, torso accents and
step patterns, with inverse kinematics for the legs.

types        `Motion` and its segments
rotations    algebra of rotation matrices
deepmimic    recordings in DeepMimic's format
transforms   mirror, resample, rotate, mix and join motions
legs         forward and inverse kinematics of two-bone legs
keyframes    interpolation between keyframes at beats
arms         random arm poses of a phrase
steps        random footwork of a phrase
phrases      dance phrases
sequence     sequences of recordings and phrases
"""
