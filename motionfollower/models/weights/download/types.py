"""What a download gives, wherever it comes from."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from motionfollower.core.errors import WeightsError
from motionfollower.core.hashing import sha256_of
from motionfollower.models.weights.manifest import WeightFile


@dataclass(frozen=True)
class Download:
    """A file that has arrived, not yet looked into; `sha256` is what its origin says of it, where it says so."""

    file: WeightFile
    path: Path
    sha256: str | None = None

    def check(self) -> None:
        """WeightsError unless the file is what its origin and the manifest say; then it is thrown away."""
        expected = {sha256 for sha256 in (self.sha256, self.file.sha256) if sha256}
        if expected and {sha256_of(self.path)} != expected:
            self.path.unlink()
            raise WeightsError(f"{self.path.name} was damaged on its way and has been thrown away. Fetch it again.")


def check_room(folder: Path, megabytes: float) -> None:
    """WeightsError where a disk hasn't got the room for a download."""
    free = shutil.disk_usage(folder).free / 1e6
    if megabytes > free:
        raise WeightsError(
            f"The disk of {folder} has {free / 1000:.1f} GB free; {megabytes / 1000:.1f} GB are needed. Make room, or "
            "name a folder on another disk in MOTIONFOLLOWER_WEIGHTS."
        )
