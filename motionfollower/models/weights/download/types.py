"""A downloaded file and the check for disk space, common to all origins."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from motionfollower.core.errors import WeightsError
from motionfollower.core.hashing import sha256_of
from motionfollower.models.weights.manifest import FOLDER_VARIABLE, WeightFile


@dataclass(frozen=True)
class Download:
    """A downloaded file, not yet verified; `sha256` is the one that its origin publishes, if any."""

    file: WeightFile
    path: Path
    sha256: str | None = None

    def verify(self) -> None:
        """Delete the file and raise WeightsError unless it has the sha256 of its origin and of the manifest."""
        expected = {sha256 for sha256 in (self.sha256, self.file.sha256) if sha256}
        if expected and {sha256_of(self.path)} != expected:
            self.path.unlink()
            raise WeightsError(f"{self.path.name} was damaged in transit and has been deleted. Fetch it again.")


def check_disk_space(folder: Path, megabytes: float) -> None:
    """Raise WeightsError where the disk of `folder` has no room for a download."""
    free = shutil.disk_usage(folder).free / 1e6
    if megabytes > free:
        raise WeightsError(
            f"The disk of {folder} has {free / 1000:.1f} GB free; {megabytes / 1000:.1f} GB are needed. Make room, or "
            f"set {FOLDER_VARIABLE} to a folder on another disk."
        )
