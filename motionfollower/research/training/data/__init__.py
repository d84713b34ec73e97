"""Training clips: made from synthetic shards or real videos, augmented, and batched.

A clip is an edit whose result is known (a reenactment): of a shard, one motion of a character is the source and
another one the ground truth; of a video, the first half is the source and the second half the ground truth.

In the order of the data flow:
augment      the errors of pose and mask estimators, added to ground-truth poses and masks
synthetic    reenactments from the shards of `dancers dataset`
real         reenactments from real videos (paper §4)
reenactment  clips cropped from a reenactment
clip         the arrays of a clip, and its file
dataset      a folder of clips, made once, resumable
batch        random crops of random clips as tensors
"""
