"""How a session's work is done: in its turn, in a folder of its own, until it is done, stopped or fails."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import gradio as gr
import torch

from motionfollower.core.errors import InputError
from motionfollower.core.events import Event, Preview, Progress, StageStarted
from motionfollower.ui.progress_bar import ProgressBar
from motionfollower.ui.sessions.cancellation import Cancellation, Cancelled, raise_if_cancelled, run_cancellable
from motionfollower.ui.sessions.queue import WorkQueue
from preprocess.progress import Returning

OUT_OF_MEMORY = "The GPU ran out of memory. Lower Frames or Resolution and try again."
DEFECT = "Something went wrong that should not have; the log of the server says what. Nothing was saved."

Updates = dict[Any, Any]
Steps = Generator[Updates, None, None]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Buttons:
    """Check poses, Generate and Stop."""

    check: gr.Button
    generate: gr.Button
    stop: gr.Button

    def show(self, *, is_busy: bool) -> Updates:
        """Either Stop can be pressed, or the others."""
        return {
            self.check: gr.Button(interactive=not is_busy),
            self.generate: gr.Button(interactive=not is_busy),
            self.stop: gr.Button("Stop", interactive=is_busy),
        }


@dataclass(frozen=True)
class Task:
    """One piece of work that has its turn."""

    folder: Path
    tracker: ProgressBar
    status: gr.HTML

    def follow(
        self, events: Generator[Event, None, Result], preview: Callable[[Preview], Updates] | None = None
    ) -> Generator[Updates, None, Result]:
        """Show the events of a job; its result."""
        with closing(Returning(events)) as job:
            for event in job:
                if isinstance(event, StageStarted | Progress):
                    yield self.tell(event)
                elif preview is not None:
                    yield preview(event)
        return job.result

    def tell(self, event: StageStarted | Progress) -> Updates:
        """The status after an event."""
        return {self.status: self.tracker.show(event)}

    def end(self, sentence: str) -> Updates:
        """The status of work that is done."""
        return {self.status: self.tracker.done(sentence)}


Work = Callable[[Task], Steps]


@dataclass(frozen=True)
class SessionRunner:
    """Gives every session its turn, and Stop to each for its own work alone."""

    status: gr.HTML
    buttons: Buttons
    turns: WorkQueue = field(default_factory=WorkQueue)
    stops: Cancellation = field(default_factory=Cancellation)

    def attend(self, request: gr.Request, stages: tuple[str, ...], work: Work) -> Steps:
        """Do work until it is done, stopped or fails; every end frees the buttons."""
        tracker = ProgressBar(stages)
        with self.stops.listening(session_of(request)) as stop, self.turns.lining_up() as place:
            yield {self.status: tracker.starts(), **self.buttons.show(is_busy=True)}
            try:
                for before in place.wait():
                    yield {self.status: tracker.waits(before)}
                    raise_if_cancelled(stop)
                with closing(run_cancellable(self._begin(tracker, work), stop, self.turns.thread)) as updates:
                    yield from updates
            except Cancelled:
                yield {self.status: tracker.stopped()}
            except InputError as error:
                yield {self.status: tracker.failed(str(error))}
            except (torch.OutOfMemoryError, MemoryError):
                yield {self.status: tracker.failed(OUT_OF_MEMORY)}
            except Exception:
                yield {self.status: tracker.failed(DEFECT), **self.buttons.show(is_busy=False)}
                raise
            yield self.buttons.show(is_busy=False)

    def _begin(self, tracker: ProgressBar, work: Work) -> Steps:
        """Work in a folder that is gone at the end: the page has its own copies by then."""
        with TemporaryDirectory() as folder:
            yield from work(Task(Path(folder), tracker, self.status))

    def stop(self, request: gr.Request) -> gr.Button:
        """Stop a session's work; what Stop looks like until that has ended."""
        was_working = self.stops.stop(session_of(request))
        return gr.Button("Stopping …" if was_working else "Stop", interactive=False)

    def leave(self, request: gr.Request) -> None:
        """Stop the work of a session whose tab was closed."""
        self.stops.stop(session_of(request))


def session_of(request: gr.Request) -> str:
    """Whose work it is: the browser tab's."""
    return request.session_hash or ""
