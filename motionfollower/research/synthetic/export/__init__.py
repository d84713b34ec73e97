"""Rendered shots as data: clips in memory, a case on disk with its ground truth, training sets.

clip      the frames of one shot as arrays, with the poses and masks that the rest of the program uses
case      a source clip, or a whole edit with its ground truth, in the released example layout
dataset   training sets: one compressed shard per character
"""
