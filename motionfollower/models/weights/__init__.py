"""Weights: the files of each model, their download, and strict loading into the networks.

- `manifest` lists the sets of weights: their files, origins, licences and folders.
- `download` fetches a set; `checksums` records the sha256 of every file at its first use, and detects changes.
- `tensor_files` reads and writes files of tensors, without executing code in pickles.
- `load` fills networks strictly: every key must be there, with the right shape and finite values.
- `released_config` derives the full model's configuration from the files that come with its weights.
- `model_dir` loads and saves a model by its folder; `small_nets` does so for the small networks, `sam` loads Segment
  Anything.

Every fault is a `WeightsError` that names the file and says what to do.
"""
