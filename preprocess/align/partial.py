"""Partial motion: some parts of the body follow the target, wholly or half-way, the others move as before."""

from __future__ import annotations

from typing import Literal

Parts = Literal["all", "upper", "arms", "legs"]
