"""The page of the app: its parts, and what they do with the library."""

from motionfollower.ui import zero_gpu as zero_gpu
