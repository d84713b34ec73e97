"""The page of the app: its parts, and what they do with the library."""

from ui import zero_gpu as zero_gpu  # before every module that imports torch
