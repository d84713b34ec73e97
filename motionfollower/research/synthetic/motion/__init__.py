"""Motion without a body: how pelvis, chest, head and limbs turn over time, and where the pelvis is.

types       `Motion` and its segments
rotations   the algebra of rotation matrices
deepmimic   the recordings
change      mirror, resample, mix, join
legs        two-bone legs: where the ankles are, and legs for given ankles
keys        angles at beats, and the ease between them
phrases     dance phrases made to a beat
sequence    sequences of any length from recordings and phrases
"""
