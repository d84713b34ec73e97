"""What the page runs on: known at once, loaded while the page is there already."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from threading import Lock

from motionfollower.core.config import BackendChoice, EditConfig
from motionfollower.core.device import describe, pick_device
from motionfollower.core.events import Event
from motionfollower.core.types import EditInputs
from motionfollower.io.run_record import RunMetadata
from motionfollower.pipeline.backends import Backend, choose_backend, load_backend, usual_settings
from motionfollower.pipeline.run import run_edit
from motionfollower.ui.zero_gpu import on_zero_gpu

LOAN = (60, 300)  # seconds: the shortest and the longest time for which a lent GPU is asked
LOAN_STEP = 0.1  # seconds that are asked for one step of one frame


class Engine:
    """A backend that is loaded when it is first needed, once for all sessions."""

    def __init__(self, choice: BackendChoice = "auto") -> None:
        self.name = choose_backend(choice)
        self.settings = usual_settings(self.name)
        self.device = describe(pick_device()).name
        self._backend: Backend | None = None
        self._lock = Lock()
        self._steps = on_zero_gpu(loan_seconds)(self._run)

    @property
    def is_tiny(self) -> bool:
        """Whether it is the embedded model, whose results are labelled as such."""
        return self.name == "embedded"

    def load(self) -> Backend:
        """The backend; whoever comes while it is being loaded waits. WeightsError where it can't be."""
        with self._lock:
            if self._backend is None:
                self._backend = load_backend(self.name)
            return self._backend

    def edit(self, order: EditConfig, folder: Path, inputs: EditInputs) -> Generator[Event, None, RunMetadata]:
        """Make an edit of prepared clips and write it to `folder`; the record of the run."""
        with closing(self._steps(order, folder, inputs)) as steps:
            for step in steps:
                if isinstance(step, RunMetadata):
                    return step
                yield step
        raise RuntimeError("an edit ended without a record of it")

    def _run(self, order: EditConfig, folder: Path, inputs: EditInputs) -> Generator[Event | RunMetadata, None, None]:
        """The events, then the record: a lent GPU's process hands over what is yielded, nothing else."""
        yield (yield from run_edit(order, self.load(), folder, inputs))


def loan_seconds(order: EditConfig, folder: Path, inputs: EditInputs) -> int:
    """For how long a lent GPU is needed; the work ends when its time is over."""
    shortest, longest = LOAN
    return min(longest, shortest + round(LOAN_STEP * order.sampler.steps * len(inputs.source)))
