"""ZeroGPU Spaces lend a GPU for the duration of one call; elsewhere the decorator here changes nothing.

This module must be imported before torch, as `spaces` requires.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from typing import Concatenate, Generic, ParamSpec, TypeVar

from motionfollower.core.events import Event, Report, events_of

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Job = Callable[Concatenate[Report, Arguments], Result]

IS_ZERO_GPU = importlib.util.find_spec("spaces") is not None
"""Whether this is a ZeroGPU Space: there, networks are loaded before the page is served."""

if IS_ZERO_GPU:
    import spaces


@dataclass(frozen=True)
class _Returned(Generic[Result]):
    """The result of a job, as the last item of a generator."""

    result: Result


def on_zero_gpu(seconds: Callable[Arguments, int]) -> Callable[[Job[Arguments, Result]], Job[Arguments, Result]]:
    """A decorator for jobs that need the GPU; `seconds` estimates from a job's arguments for how long.

    On ZeroGPU the job runs in another process. Only what its generator yields comes back: the events, then the result.
    """

    def decorate(job: Job[Arguments, Result]) -> Job[Arguments, Result]:
        if not IS_ZERO_GPU:
            return job

        def steps(
            *args: Arguments.args, **kwargs: Arguments.kwargs
        ) -> Generator[Event | _Returned[Result], None, None]:
            yield _Returned((yield from events_of(lambda report: job(report, *args, **kwargs))))

        borrowing = spaces.GPU(duration=seconds)(steps)

        def lent(report: Report, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            with closing(borrowing(*args, **kwargs)) as items:
                for item in items:
                    if isinstance(item, _Returned):
                        result: Result = item.result
                        return result
                    report(item)
            raise RuntimeError("the job ended without a result")

        return lent

    return decorate
