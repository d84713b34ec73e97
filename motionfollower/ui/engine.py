"""The backend that all sessions share; the page can be served while it is being loaded."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from motionfollower.core.config import BackendChoice, EditConfig
from motionfollower.core.device import describe, pick_device
from motionfollower.core.events import Report
from motionfollower.core.types import EditInputs
from motionfollower.io.run_record import RunMetadata
from motionfollower.pipeline.backends import Backend, backend_info, choose_backend, load_backend
from motionfollower.pipeline.run import run_edit
from motionfollower.ui.zero_gpu import on_zero_gpu

SHORTEST_LOAN, LONGEST_LOAN = 60, 300  # seconds for which a ZeroGPU is requested
LOAN_PER_STEP = 0.1  # seconds for one step of one frame


class Engine:
    """A backend, loaded on first use, once for all sessions."""

    def __init__(self, choice: BackendChoice = "auto") -> None:
        self.info = backend_info(choose_backend(choice))
        self.settings = self.info.settings
        self.device = describe(pick_device()).name
        self._backend: Backend | None = None
        self._lock = Lock()
        self._edit = on_zero_gpu(loan_seconds)(self._run_edit)

    def load(self) -> Backend:
        """Return the backend; callers wait while it is being loaded. WeightsError where that fails."""
        with self._lock:
            if self._backend is None:
                self._backend = load_backend(self.info.name)
            return self._backend

    def edit(self, config: EditConfig, folder: Path, inputs: EditInputs, report: Report) -> RunMetadata:
        """Edit prepared clips and write the result to `folder`; on ZeroGPU with a borrowed GPU."""
        return self._edit(report, config, folder, inputs)

    def _run_edit(self, report: Report, config: EditConfig, folder: Path, inputs: EditInputs) -> RunMetadata:
        return run_edit(config, self.load(), folder, report, prepared=inputs)


def loan_seconds(config: EditConfig, folder: Path, inputs: EditInputs) -> int:
    """The seconds for which an edit requests a ZeroGPU, which ends the job after them."""
    return min(LONGEST_LOAN, SHORTEST_LOAN + round(LOAN_PER_STEP * config.sampler.steps * len(inputs.source)))
