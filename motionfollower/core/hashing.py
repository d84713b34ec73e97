"""Content hashes of files and folders."""

import hashlib
from collections.abc import Sequence
from pathlib import Path


def sha256_of(path: Path, parts: Sequence[str] = ()) -> str:
    """The sha256 of a file, or of the names and contents of all files in a folder, or in these `parts` of it."""
    if path.is_dir():
        roots = [path / part for part in parts] or [path]
        files = sorted(file for root in roots for file in (root, *root.rglob("*")) if file.is_file())
        lines = (f"{file.relative_to(path).as_posix()}\0{sha256_of(file)}\n" for file in files)
        return hashlib.sha256("".join(lines).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
