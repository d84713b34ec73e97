"""The networks of MotionFollower, independent of devices, sampling and clips.

The model denoises the latents of a clip with a Stable Diffusion U-Net, inflated to video. A `Networks` holds its parts,
here in the order in which data passes through them:

- `codecs` turn frames into latents and back: Stable Diffusion's autoencoder, or a layer over the puppet.
- `image_encoder` (CLIP) turns each source frame into one token for cross-attention.
- `controllers` turn the two conditions into features that are added to the U-Net's: the pose controller (PoCtr) the
  poses, after `conv_in`; the appearance controller (the paper's reference controller, ReCtr) the source frames, in
  each down block.
- `unet` predicts v, or x0. Its motion modules attend along time; in camera mode its self-attention also attends to
  the keys and values of the reconstruction branch; its tapped features are what score guidance compares.
- `small_nets` are two networks of preprocessing, which predict target masks and bone lengths.

`config` describes each network, `layers` holds what they share, `model` builds them all, and `weights` loads them
strictly. The attribute names of a network are the keys of the released checkpoints: they must not change.
"""
