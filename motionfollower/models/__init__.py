"""The networks of MotionFollower: what each computes. Nothing here knows about devices, sampling or clips.

The model denoises latents of a clip with a Stable Diffusion U-Net, inflated to video. A `Networks` holds its parts,
in the order in which data passes through them:

- `codecs` turn frames into latents and back: Stable Diffusion's autoencoder, or a layer over the puppet.
- `image_encoder` (CLIP) turns each source frame into one token for cross-attention.
- `controllers` add the two conditions as features: the pose controller (PoCtr) the pose to take, at the U-Net's
  entry; the appearance controller (the paper's reference controller, ReCtr) the look to keep, in its encoder.
- `unet` predicts v, or x0. Its motion modules attend along time; in camera mode its self-attention also attends to
  the keys and values of the reconstruction branch; its tapped features are what score guidance compares.
- `small_nets` are two networks of preprocessing: the target mask's, and the bone lengths'.

`config` describes how each is built, `layers` holds what they share, `model` builds them together, and `weights`
loads them strictly. A network's attribute names are the keys of the released checkpoints: they must not change.
"""
