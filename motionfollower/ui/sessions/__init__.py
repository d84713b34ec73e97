"""The work and the files of browser sessions.

`session` runs a job for a session: it takes a ticket in the `queue`, then runs in the worker thread, and `cancellation`
ends it on Stop. `prepared` and `results` are what a session keeps between two jobs: clips that were prepared, and the
last result. `example_cache` keeps edits of the example clips for all sessions, `eta` estimates how long an edit takes.
"""
