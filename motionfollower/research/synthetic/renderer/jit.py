"""Compiler options of the loops over triangles and pixels."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function with Numba, cached on disk; it may call other compiled functions."""
    machine_code: Callable[P, R] = njit(cache=True, fastmath=True, nogil=True)(function)
    return machine_code
