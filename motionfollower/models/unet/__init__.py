"""The denoising U-Net: Stable Diffusion image variations with motion modules and an appearance controller.

`unet` runs a pass. A pass may stop at its taps, so that score guidance can differentiate them, or run the finest level
only, with cached deep features (DeepCache). The `blocks` (down, mid, up) consist of layers of a resnet, a spatial
transformer and a motion module. `attention` holds the spatial transformer: self-attention within a frame, then
cross-attention to the frame's CLIP token. `motion_module` holds the temporal transformer of AnimateDiff: each pixel
attends to itself along time. `kv_injection` is camera mode: the self-attention of the up blocks records its keys and
values in the reconstruction branch's pass, and attends to them in the editing branch's pass of the same step.
"""
