"""Weight files: reading them safely."""

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
    """The tensors of a .safetensors, .pth or .bin file, left on disk until they are used.

    A `module.` before the keys, which training on several GPUs leaves, is taken off.
    WeightsError where the file is missing, damaged, or no state dict. Nothing in the file is executed.
    """
    if not path.is_file():
        raise WeightsError(f"{path} doesn't exist. Put the weights there, or name the folder that holds them.")
    try:
        loaded = _read_safetensors(path) if path.suffix == ".safetensors" else _read_pickle(path)
    except Exception as error:  # whatever its reader stumbles on, the file is of no use
        raise WeightsError(f"{path} can't be read as weights: it is damaged or incomplete. Get it again.") from error
    if not isinstance(loaded, dict) or not all(isinstance(tensor, Tensor) for tensor in loaded.values()):
        raise WeightsError(f"{path} holds something else than named tensors. Put the model's weights there.")
    return {key.removeprefix("module."): tensor for key, tensor in loaded.items()}


def _read_safetensors(path: Path) -> StateDict:
    from safetensors.torch import load_file

    state: StateDict = load_file(path)
    return state


def _read_pickle(path: Path) -> Any:
    is_zip = zipfile.is_zipfile(path)  # files of before torch 1.6 aren't, and can't be mapped
    return torch.load(path, map_location="cpu", weights_only=True, mmap=is_zip)


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
        with atomic_path(path) as draft, output_errors(path):
            yield draft
    except (RuntimeError, SafetensorError) as error:
        raise OutputError(
            f"{path} can't be written, most likely because the disk is full: {str(error).splitlines()[0]}. "
            "Make room or choose another place."
        ) from error
