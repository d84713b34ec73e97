"""The denoising U-Net and its parts."""
