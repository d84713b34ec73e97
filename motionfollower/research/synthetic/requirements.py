"""Optional libraries that rendering and evaluation need, which a plain install does not include."""

from __future__ import annotations

from importlib.util import find_spec

from motionfollower.core.errors import InputError

RENDERING = ("numba", "scipy")
MEASURING = (*RENDERING, "skimage", "psutil")


def check_requirements(names: tuple[str, ...]) -> None:
    """Raise InputError if one of these modules is not installed."""
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise InputError(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed. "
            "Install the training requirements with: pip install -r requirements-train.txt"
        )
