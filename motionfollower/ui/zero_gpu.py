"""ZeroGPU Spaces lend a GPU for the length of one call; everywhere else nothing is lent and nothing changes.

Imported before torch, as `spaces` asks for.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Generator
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Item = TypeVar("Item")
Steps = Callable[Arguments, Generator[Item, None, None]]

IS_LENT = importlib.util.find_spec("spaces") is not None
"""Whether this is a Space with a lent GPU: there, networks are loaded before the page is served."""

if IS_LENT:
    import spaces


def on_zero_gpu(
    seconds: Callable[Arguments, int],
) -> Callable[[Steps[Arguments, Item]], Steps[Arguments, Item]]:
    """A decorator for generators that need the GPU; `seconds` estimates from their arguments for how long."""
    if not IS_LENT:
        return lambda steps: steps
    borrow: Callable[[Steps[Arguments, Item]], Steps[Arguments, Item]] = spaces.GPU(duration=seconds)
    return borrow
