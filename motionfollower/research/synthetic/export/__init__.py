"""Rendered shots as data: clips in memory, a case on disk with its ground truth, training sets, a soundtrack.

clip      the frames of one shot as arrays, with the poses and masks that the rest of the program uses
case      a source clip, or a whole edit with its ground truth, in the released example layout
dataset   training sets: one compressed shard per character
audio     a synthetic drum beat for clips that need sound
"""
