"""Clips in and out: probe, decode, crop, encode and write atomically.

`probe` reads the size, rate and duration of a video file or image folder once; the `Media` that it returns goes to
`read`, which decodes it to a constant frame rate, whole (`read_clip`) or as a stream (`stream_frames`).
`image_folder` decodes the images of a folder. `crop` maps a clip to the working size that the model takes and maps
edited frames back. `write` encodes results as mp4, gif or PNG files. `ffmpeg` starts the processes for all of them,
and `atomic` makes every output appear whole or not at all.
"""
