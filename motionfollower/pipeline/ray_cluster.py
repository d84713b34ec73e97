"""A Ray cluster that is running already, whose machines share the files: joined, and its workers given tasks."""

from __future__ import annotations

import re
import signal
import socket
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from motionfollower.core.errors import InputError

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Result = TypeVar("Result")

ROOT = Path(__file__).parents[2]
ADDRESS = re.compile(r"auto|(?P<host>[\w.-]+|\[[\da-fA-F:.]+\]):(?P<port>\d{1,5})")
PATIENCE = 5.0  # seconds for an address to answer
NEW_WORKERS = 2  # how often a task is given to another worker because its own has died


class WorkerLostError(InputError):
    """A task each of whose workers has died; the message says what is known of the last one."""


@dataclass(frozen=True)
class RayCluster:
    """The cluster at an `address`, joined by this process through the package `ray`."""

    ray: ModuleType
    address: str

    @property
    def workers(self) -> int:
        """How many tasks are done at a time: one on each GPU, or on each processor where there are no GPUs."""
        resources = self.ray.cluster_resources()
        return int(resources.get("GPU") or resources.get("CPU", 1))

    def spread(
        self, do: Callable[[Shared, Task], Result], shared: Shared, tasks: Sequence[Task]
    ) -> Generator[tuple[int, Result | Exception], None, None]:
        """Have `do(shared, task)` done for all tasks; as each is done, yield its place in their order and its result.

        In the result's place stands what `do` has raised, or a WorkerLostError: a task whose worker dies is begun anew
        by another one, NEW_WORKERS times. Closing the generator ends the tasks that are under way.
        """
        gpus = 1 if self.ray.cluster_resources().get("GPU") else 0
        remote = self.ray.remote(num_cpus=1, num_gpus=gpus, max_retries=NEW_WORKERS)(do)
        common = self.ray.put(shared)
        pending = {remote.remote(common, task): place for place, task in enumerate(tasks)}
        try:
            while pending:
                (reference,), _ = self.ray.wait(list(pending), num_returns=1)
                yield pending.pop(reference), self._result(reference)
        finally:
            for reference in pending:
                self.ray.cancel(reference, force=True)

    def _result(self, reference: object) -> Any:
        """What a finished task has returned or raised."""
        try:
            return self.ray.get(reference)
        except self.ray.exceptions.RayTaskError as error:
            error.cause.add_note(str(error))  # where it was raised there
            return error.cause
        except self.ray.exceptions.RayError as error:
            reason = str(error).splitlines()[0]
            return WorkerLostError(f"Its worker was lost, {NEW_WORKERS + 1} times; the last time: {reason}")


@contextmanager
def connect(address: str) -> Generator[RayCluster, None, None]:
    """Be part of the cluster at an address; what it does for us ends with the block.

    The address is HOST:PORT of the cluster's head, or "auto" for the one that runs on this machine. Workers find our
    code where it is here. InputError where Ray isn't installed, or no cluster is there.
    """
    check_address(address)
    ray = import_module("ray")
    environment = {"env_vars": {"PYTHONPATH": str(ROOT)}}
    terminate = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(address=address, runtime_env=environment, log_to_driver=False, logging_level="ERROR")
        signal.signal(signal.SIGTERM, terminate)  # Ray has put its own in the place
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise InputError(
            f"The Ray cluster at {address} can't be joined: {str(error).splitlines()[0]} "
            "Start one with `ray start --head`, and run this on one of its machines."
        ) from error
    try:
        yield RayCluster(ray, address)
    finally:
        ray.shutdown()


def check_address(address: str) -> None:
    """InputError where Ray isn't installed, or nothing answers at the address."""
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
            socket.create_connection((match["host"].strip("[]"), int(match["port"])), timeout=PATIENCE).close()
        except (OSError, OverflowError) as error:
            raise InputError(f"Nothing answers at {address}. Give the address that `ray start` told.") from error
