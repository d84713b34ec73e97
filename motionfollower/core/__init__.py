"""What every other package uses.

`config` has the settings of an edit, `presets` changes them. `types` has the inputs of an edit and the edited clip.
`events` reports the progress of a job, `progress` shows it on a terminal, `messages` words the warnings, `errors` are
for users. `device` handles the hardware, `hashing` and `parallel` the files and processes, `assets` the files that ship
with the code.
"""

__version__ = "0.1.0"
