"""Colours of skin, hair and cloth, as hexadecimal sRGB."""

SKINS = ("e9bfa3", "e2b294", "d8a37f", "cb9470", "b98258", "9a6743", "7c4e33", "5f3a27", "47291c")
SKINS_OF = ((0, 4), (4, 9), (1, 5))  # which of them, by the strongest ancestry
HAIRS = (
    "15110f", "1f1712", "2e1f16", "4a3020", "6b4426", "8f5f33", "b58a4e", "d2b177", "8a3b22", "a5502a", "55504c",
)  # fmt: skip
GREY, DYED = "b5b0aa", ("c23a6a", "3a6ac2", "4aa88a", "8a4ac2")
IRISES = ("2a1608", "4a2c16", "5a6b3a", "4a6a8a", "3a2412", "6a7a80")
OWN_LIPS = (0.86, 0.58, 0.56)  # of the skin's colour
LIPS = ("b4484a", "c05050", "a83a52", "c26a60", "8a3040")
CLOTHS = (
    "f2f0ea", "1f2024", "3b3f47", "8f949c", "b7332f", "d9683a", "e2b13c", "5c8a4a", "2f6f62", "2f5f9e", "27386b",
    "5b3f86", "b35f93", "e7a9b5", "7a4b33", "c9b08a", "86b7c9", "a3c2a0", "e8d44d", "d0423f", "3aa6a0", "6d1f3a",
)  # fmt: skip
TROUSERS = (
    "26272c",
    "3a5a86",
    "2b3c5e",
    "b9a07a",
    "5b6156",
    "8a8f98",
    "1c1c20",
    "6b4a38",
    "d8d2c4",
    "6a2c34",
    "3f5a44",
)
SHOES = ("f2f2f0", "e8e6e0", "2a2a2c", "c9c2b4", "b7332f", "27386b")
DENIMS = (("34527e", "86a5c8"), ("2c4468", "5d7ea8"), ("4a6a96", "a9c0d8"), ("23242a", "55585f"))
