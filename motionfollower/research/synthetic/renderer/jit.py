"""How the loops over triangles and pixels are compiled."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The function as machine code, kept on disk between runs; it may use others that are compiled."""
    machine_code: Callable[P, R] = njit(cache=True, fastmath=True, nogil=True)(function)
    return machine_code
