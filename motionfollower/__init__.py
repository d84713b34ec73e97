"""MotionFollower: re-pose the person in a video with the motion of another.

    import motionfollower as mf

    result = mf.edit("source.mp4", "dance.mp4", output="out", preset="balanced")

`edit` blocks and shows its progress; `edit_events` yields events instead. `prepare` gives the inputs of an edit, to be
changed in between; `edit_config` the settings. `load_backend` loads a model once for many edits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from motionfollower.core import __version__

if TYPE_CHECKING:
    from motionfollower.core.config import EditConfig
    from motionfollower.core.types import Prepared
    from motionfollower.pipeline.api import EditResult, edit, edit_config, edit_events, prepare
    from motionfollower.pipeline.backends import load_backend

__all__ = [
    "EditConfig",
    "EditResult",
    "Prepared",
    "__version__",
    "edit",
    "edit_config",
    "edit_events",
    "load_backend",
    "prepare",
]

_HOMES = {
    "EditConfig": "motionfollower.core.config",
    "Prepared": "motionfollower.core.types",
    "load_backend": "motionfollower.pipeline.backends",
}


def __getattr__(name: str) -> object:
    """Import what is used, when it is used: PyTorch takes seconds."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES.get(name, "motionfollower.pipeline.api")), name)


def __dir__() -> list[str]:
    """The public names, also those that are not imported yet."""
    return sorted({*globals(), *__all__})
