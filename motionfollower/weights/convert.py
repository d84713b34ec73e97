"""Pickles become safetensors, once: these hold nothing but numbers, and are mapped instead of read."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from motionfollower.weights.files import StateDict, read_state_dict
from motionfollower.weights.tensor_files import write_tensors

PICKLES = (".bin", ".pth")


def to_safetensors(pickle: Path, target: Path) -> None:
    """Write a pickle's tensors as a .safetensors file, whole or not at all; the pickle stays.

    WeightsError where it can't be read, OutputError where there is no room. Nothing in it is executed.
    """
    write_tensors(target, _apart(read_state_dict(pickle)))


def _apart(state: StateDict) -> StateDict:
    """Tensors that share no memory, as the format wants them."""
    seen: set[int] = set()
    apart: dict[str, Tensor] = {}
    for key, tensor in state.items():
        memory = tensor.untyped_storage().data_ptr()
        apart[key] = tensor.clone() if memory in seen else tensor.contiguous()
        seen.add(memory)
    return apart
