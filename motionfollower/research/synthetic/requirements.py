"""The libraries that rendering and measuring need, which a plain install of the app doesn't have."""

from __future__ import annotations

from importlib.util import find_spec

from motionfollower.core.errors import InputError

RENDERING = ("numba", "scipy")
MEASURING = (*RENDERING, "skimage", "psutil")


def check_requirements(names: tuple[str, ...]) -> None:
    """InputError where one of these modules isn't installed."""
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise InputError(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed. "
            "Get what rendering needs with: pip install -r requirements-train.txt"
        )
