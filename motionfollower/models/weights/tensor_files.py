"""Read and write files of tensors: reading executes nothing, writing is atomic."""

from __future__ import annotations

import zipfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from motionfollower.core.errors import OutputError, WeightsError
from preprocess.video.atomic import atomic_path, output_errors

StateDict = dict[str, Tensor]


def read_state_dict(path: Path) -> StateDict:
    """Read the tensors of a .safetensors, .pth or .bin file, memory-mapped where the format allows it.

    The prefix `module.`, which data-parallel training leaves on keys, is removed. Nothing in the file is executed.
    WeightsError where the file is missing, damaged, or not a state dict.
    """
    if not path.is_file():
        raise WeightsError(f"{path} doesn't exist. Put the weights there, or set the folder that holds them.")
    try:
        loaded = _read_safetensors(path) if path.suffix == ".safetensors" else _read_pickle(path)
    except Exception as error:  # readers raise errors of many types for a damaged file
        raise WeightsError(f"{path} can't be read as weights: it is damaged or incomplete. Get it again.") from error
    if not isinstance(loaded, dict) or not all(isinstance(tensor, Tensor) for tensor in loaded.values()):
        raise WeightsError(f"{path} holds other data than named tensors. Put the model's weights there.")
    return {key.removeprefix("module."): tensor for key, tensor in loaded.items()}


def _read_safetensors(path: Path) -> StateDict:
    from safetensors.torch import load_file

    state: StateDict = load_file(path)
    return state


def _read_pickle(path: Path) -> Any:
    is_zip = zipfile.is_zipfile(path)  # files older than torch 1.6 are not zips, and can't be memory-mapped
    return torch.load(path, map_location="cpu", weights_only=True, mmap=is_zip)


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write a state dict as safetensors, atomically; OutputError where it can't be written."""
    from safetensors.torch import save_file

    with _atomic_write(path) as draft:
        save_file(dict(tensors), draft, metadata={"format": "pt"})


def write_state(path: Path, content: Mapping[str, object]) -> None:
    """Write plain data and tensors with torch.save, atomically; OutputError where it can't be written."""
    with _atomic_write(path) as draft:
        torch.save(dict(content), draft)


@contextmanager
def _atomic_write(path: Path) -> Generator[Path, None, None]:
    """`atomic_path`, for libraries that raise their own errors where the system can't write."""
    from safetensors import SafetensorError

    try:
        with atomic_path(path) as draft, output_errors(path):
            yield draft
    except (RuntimeError, SafetensorError) as error:
        raise OutputError(
            f"{path} can't be written, most likely because the disk is full: {str(error).splitlines()[0]}. "
            "Make room or choose another place."
        ) from error
