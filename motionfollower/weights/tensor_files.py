"""Files of tensors, written whole or not at all, also where the disk is full."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor

from motionfollower.errors import OutputError
from preprocess.atomic import replacing, writing


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write a state dict as safetensors; OutputError where it can't be written."""
    from safetensors.torch import save_file

    with _replacing(path) as draft:
        save_file(dict(tensors), draft, metadata={"format": "pt"})


def write_state(path: Path, content: Mapping[str, object]) -> None:
    """Write plain data and tensors as torch's own file; OutputError where it can't be written."""
    with _replacing(path) as draft:
        torch.save(dict(content), draft)


@contextmanager
def _replacing(path: Path) -> Generator[Path, None, None]:
    """As `replacing`, for libraries whose errors don't say that the system's are behind them."""
    from safetensors import SafetensorError

    try:
        with replacing(path) as draft, writing(path):
            yield draft
    except (RuntimeError, SafetensorError) as error:
        raise OutputError(
            f"{path} can't be written, most likely because the disk is full: {str(error).splitlines()[0]}. "
            "Make room or choose another place."
        ) from error
