"""The Gradio app: a page for people and two endpoints for programs.

`page` lays out the inputs (`inputs/`) and the tabs of results (`tabs/`) and wires their events to `handlers`. A handler
runs a job of the pipeline through `sessions/`: it waits in the work queue, runs in the worker thread, and emits page
updates, until it ends or the session presses Stop. `engine` holds the backend of all sessions, `zero_gpu` borrows a GPU
on Hugging Face Spaces, `progress_bar` and `drawing` make what the page shows, `api` offers the endpoints.
"""

from motionfollower.ui import zero_gpu as zero_gpu  # first: `spaces` asks to be imported before torch
