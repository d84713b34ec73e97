"""Folders that are filled over several runs, all by one recipe, which a file in them tells."""

from __future__ import annotations

from pathlib import Path

from motionfollower.core.errors import InputError, OutputError
from preprocess.video.atomic import check_parent, make_folder, write_text


def open_dataset_dir(folder: Path, record: str, recipe: str, *, otherwise: str) -> None:
    """Make a folder whose file `record` holds a `recipe`, or go on with one that was made by the same.

    InputError where it was made by another one: then it holds what `otherwise` says. OutputError where it holds
    other files, or can't be written.
    """
    check_parent(folder)
    file = folder / record
    if file.exists():
        if file.read_text(encoding="utf-8", errors="replace") != recipe:
            raise InputError(f"{folder} holds {otherwise}, see {record}. Choose another folder.")
        return
    if folder.exists() and any(folder.iterdir()):
        raise OutputError(f"{folder} holds other files. Choose an empty or a new folder.")
    make_folder(folder)
    write_text(file, recipe)
