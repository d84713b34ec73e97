"""Run the job of a session: queued, in a temporary folder, until it is done, stopped or fails."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gradio as gr
import torch

from motionfollower.core.errors import InputError
from motionfollower.core.events import Cancelled, Event, Preview
from motionfollower.ui.sessions.cancellation import Cancellation, raise_if_cancelled, run_cancellable
from motionfollower.ui.sessions.progress_bar import ProgressBar
from motionfollower.ui.sessions.queue import WorkQueue

OUT_OF_MEMORY = "Out of GPU memory. Lower Max frames or Resolution and try again."
INTERNAL_ERROR = "Internal error: see the server log. Nothing was saved."

Updates = dict[Any, Any]
"""New values or properties of components, by component, as Gradio's event handlers return them."""

UpdateStream = Generator[Updates, None, None]
"""What a handler yields while its job runs."""


@dataclass(frozen=True)
class Buttons:
    """Check poses, Generate and Stop."""

    check: gr.Button
    generate: gr.Button
    stop: gr.Button

    def show(self, *, is_busy: bool) -> Updates:
        """Enable Stop while busy, the other two otherwise."""
        return {
            self.check: gr.Button(interactive=not is_busy),
            self.generate: gr.Button(interactive=not is_busy),
            self.stop: gr.Button("Stop", interactive=is_busy),
        }


@dataclass(frozen=True)
class Task:
    """What a running job has: a temporary folder, a progress bar, and `emit`, which updates the page.

    `emit` returns when the page has its own copies of the files in the update; it raises Cancelled after Stop.
    """

    folder: Path
    progress: ProgressBar
    status: gr.HTML
    emit: Callable[[Updates], None]

    def report(self, event: Event) -> None:
        """Show a stage or its progress in the status."""
        if not isinstance(event, Preview):
            self.emit({self.status: self.progress.show(event)})

    def finish(self, message: str) -> None:
        """Show the final status."""
        self.emit({self.status: self.progress.done(message)})


Job = Callable[[Task], None]


@dataclass(frozen=True)
class SessionRunner:
    """Runs the jobs of all sessions, one at a time; each session can stop its own."""

    status: gr.HTML
    buttons: Buttons
    queue: WorkQueue = field(default_factory=WorkQueue)
    cancellation: Cancellation = field(default_factory=Cancellation)

    def run(self, request: gr.Request, steps: tuple[str, ...], job: Job) -> UpdateStream:
        """Yield the page's updates until the job is done, stopped or fails; each end frees the buttons.

        `steps` are the steps of the progress bar.
        """
        progress = ProgressBar(steps)
        with self.cancellation.signal_for(session_of(request)) as stop, self.queue.ticket() as ticket:
            yield {self.status: progress.starting(), **self.buttons.show(is_busy=True)}
            try:
                for ahead in ticket.wait():
                    yield {self.status: progress.queued(ahead)}
                    raise_if_cancelled(stop)
                yield from run_cancellable(self._in_folder(job, progress), stop, self.queue.thread)
            except Cancelled:
                yield {self.status: progress.stopped()}
            except InputError as error:
                yield {self.status: progress.failed(str(error))}
            except (torch.OutOfMemoryError, MemoryError):
                yield {self.status: progress.failed(OUT_OF_MEMORY)}
            except Exception:
                yield {self.status: progress.failed(INTERNAL_ERROR), **self.buttons.show(is_busy=False)}
                raise
            yield self.buttons.show(is_busy=False)

    def _in_folder(self, job: Job, progress: ProgressBar) -> Callable[[Callable[[Updates], None]], None]:
        """The job in a temporary folder, which is deleted when the job has ended."""

        def run(emit: Callable[[Updates], None]) -> None:
            with TemporaryDirectory() as folder:
                job(Task(Path(folder), progress, self.status, emit))

        return run

    def stop(self, request: gr.Request) -> gr.Button:
        """Stop a session's job; the Stop button as it looks until the job has ended."""
        was_running = self.cancellation.stop(session_of(request))
        return gr.Button("Stopping …" if was_running else "Stop", interactive=False)

    def end_session(self, request: gr.Request) -> None:
        """Stop the job of a session whose browser tab was closed."""
        self.cancellation.stop(session_of(request))


def session_of(request: gr.Request) -> str:
    """The session of a request: one for each browser tab."""
    return request.session_hash or ""
