"""Dataset folders that are filled over several runs with one config, which a file in them records."""

from __future__ import annotations

from pathlib import Path

from motionfollower.core.errors import InputError, OutputError
from preprocess.video.atomic import check_parent, make_folder, write_text


def open_dataset_dir(folder: Path, record: str, config: str, *, otherwise: str) -> None:
    """Create a folder whose file `record` holds a `config`, or open one that has the same.

    InputError where the config is another: then the folder holds what `otherwise` says. OutputError where it holds
    other files, or cannot be written.
    """
    check_parent(folder)
    file = folder / record
    if file.exists():
        if file.read_text(encoding="utf-8", errors="replace") != config:
            raise InputError(f"{folder} holds {otherwise}, see {record}. Choose another folder.")
        return
    if folder.exists() and any(folder.iterdir()):
        raise OutputError(f"{folder} holds other files. Choose an empty or a new folder.")
    make_folder(folder)
    write_text(file, config)
