"""Connect to a running Ray cluster whose machines share the files, and run tasks on its workers."""

from __future__ import annotations

import re
import signal
import socket
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, TypeVar

from motionfollower.core.assets import ROOT
from motionfollower.core.errors import InputError

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Result = TypeVar("Result")

ADDRESS = re.compile(r"auto|(?P<host>[\w.-]+|\[[\da-fA-F:.]+\]):(?P<port>\d{1,5})")
TIMEOUT = 5.0  # seconds for an address to answer
MAX_RETRIES = 2  # of a task whose worker died


class WorkerLostError(InputError):
    """A task whose workers all died; the message says why the last one did."""


@dataclass(frozen=True)
class RayCluster:
    """The cluster at an `address`, to which this process is connected through the package `ray`."""

    ray: ModuleType
    address: str

    @property
    def workers(self) -> int:
        """The number of tasks that run at a time: one on each GPU, or on each CPU core where there are no GPUs."""
        resources = self.ray.cluster_resources()
        return int(resources.get("GPU") or resources.get("CPU", 1))

    def spread(
        self, do: Callable[[Shared, Task], Result], shared: Shared, tasks: Sequence[Task]
    ) -> Generator[tuple[int, Result | Exception], None, None]:
        """Run `do(shared, task)` for all tasks; as each finishes, yield its index and its result.

        Instead of a result comes the exception that `do` raised, or a WorkerLostError: a task whose worker dies is
        started again on another one, MAX_RETRIES times. Closing the generator cancels the running tasks.
        """
        gpus = 1 if self.ray.cluster_resources().get("GPU") else 0
        remote = self.ray.remote(num_cpus=1, num_gpus=gpus, max_retries=MAX_RETRIES)(do)
        common = self.ray.put(shared)
        pending = {remote.remote(common, task): index for index, task in enumerate(tasks)}
        try:
            while pending:
                (reference,), _ = self.ray.wait(list(pending), num_returns=1)
                yield pending.pop(reference), self._result(reference)
        finally:
            for reference in pending:
                self.ray.cancel(reference, force=True)

    def _result(self, reference: object) -> Any:
        """What a finished task returned or raised."""
        try:
            return self.ray.get(reference)
        except self.ray.exceptions.RayTaskError as error:
            error.cause.add_note(str(error))  # the traceback on the worker
            return error.cause
        except self.ray.exceptions.RayError as error:
            reason = str(error).splitlines()[0]
            return WorkerLostError(f"The worker was lost {MAX_RETRIES + 1} times; the last time: {reason}")


@contextmanager
def connect(address: str) -> Generator[RayCluster, None, None]:
    """Connect to the cluster at an address for the duration of a `with` block.

    The address is HOST:PORT of the cluster's head, or "auto" for the one on this machine. Workers import the code from
    the same path as here. InputError where Ray is not installed, or no cluster answers.
    """
    check_address(address)
    ray = import_module("ray")
    runtime_env = {"env_vars": {"PYTHONPATH": str(ROOT)}}
    terminate = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(address=address, runtime_env=runtime_env, log_to_driver=False, logging_level="ERROR")
        signal.signal(signal.SIGTERM, terminate)  # Ray installs its own handler
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise InputError(
            f"The Ray cluster at {address} cannot be joined: {str(error).splitlines()[0]} "
            "Start one with `ray start --head`, and run this on one of its machines."
        ) from error
    try:
        yield RayCluster(ray, address)
    finally:
        ray.shutdown()


def check_address(address: str) -> None:
    """InputError where Ray is not installed, or nothing answers at the address."""
    try:
        import_module("ray")
    except ImportError as error:
        raise InputError(
            "--ray needs the package ray. Install it with `pip install -r requirements-ray.txt`, here and on every "
            "machine of the cluster, or leave --ray out."
        ) from error
    match = ADDRESS.fullmatch(address)
    if match is None:
        raise InputError(f"The Ray address is {address!r}; allowed is HOST:PORT, as in 10.0.0.1:6379, or auto.")
    if match["host"]:
        try:
            socket.create_connection((match["host"].strip("[]"), int(match["port"])), timeout=TIMEOUT).close()
        except (OSError, OverflowError) as error:
            raise InputError(f"Nothing answers at {address}. Pass the address that `ray start` printed.") from error
