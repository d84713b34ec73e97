"""The `batch` command: many edits from one file, in this process or on a Ray cluster, resumable.

`jobs` reads and checks the file; `run` skips the jobs that are done and runs the others, here or, with `ray`, on a
cluster; `attempt` runs one job, with a retry, in a draft directory of `folder`; `report` is the table and batch.json.
"""
