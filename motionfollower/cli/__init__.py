"""The command line.

`main` builds the parser and runs one command; `options` holds the options that commands share. Each larger command has
a module: `edit` turns options into an `EditConfig` and runs it, `batch` runs many edits, `train`, `bench` and
`synthetic` (the `dancers` command) start the research jobs, `weights` and `info` report on the installation. Jobs are
functions of the pipeline that take a `report` callback; `core.progress` shows what they report on stderr.
"""
