"""Read flat tensors from a PyTorch file without PyTorch, and without executing code that the file names."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.generic]

STORAGES = {"FloatStorage": np.float32, "DoubleStorage": np.float64, "LongStorage": np.int64, "IntStorage": np.int32}


def read_tensors(file: bytes) -> dict[str, Array]:
    """Read the tensors of a saved state dict by name."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        index = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
        tensors: dict[str, Array] = _Reader(archive, PurePosixPath(index).parent).load()
    return dict(tensors)


class _Reader(pickle.Unpickler):
    """An unpickler restricted to the names that a state dict needs."""

    def __init__(self, archive: zipfile.ZipFile, root: PurePosixPath) -> None:
        super().__init__(io.BytesIO(archive.read(str(root / "data.pkl"))))
        self._archive, self._root = archive, root

    def find_class(self, module: str, name: str) -> Callable[..., object] | type:
        if name == "_rebuild_tensor_v2":
            return _rebuild
        if name == "OrderedDict":
            return OrderedDict
        if name in STORAGES:
            return STORAGES[name]
        raise pickle.UnpicklingError(f"{module}.{name} is not allowed in a file of tensors")

    def persistent_load(self, pid: tuple[str, type, str, str, int]) -> Array:
        _, dtype, key, _, _ = pid
        return np.frombuffer(self._archive.read(str(self._root / "data" / key)), dtype)


def _rebuild(storage: Array, offset: int, size: tuple[int, ...], *_: object) -> Array:
    return storage[offset : offset + int(np.prod(size))].reshape(size)
