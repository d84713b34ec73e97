"""What can go wrong that a person can put right.

InputError            a clip, a folder or a file that can't be used (defined in `preprocess.types`)
├── SettingsError     a setting outside its range
├── WeightsError      weights that are missing, damaged or of another model
├── MemoryLimitError  an edit that is too large for the machine
├── TrainingError     a training run that can't go on
└── OutputError       a result that can't be written (defined in `preprocess.types`)

Each message is one clear sentence or two: what was given, what is allowed, what to do.
Anything else that is raised is a defect of ours and keeps its traceback.
"""

from preprocess.types import InputError, OutputError

__all__ = ["InputError", "MemoryLimitError", "OutputError", "SettingsError", "TrainingError", "WeightsError"]


class SettingsError(InputError):
    """A setting outside its range; the message names the field, the value and the range."""

    @classmethod
    def out_of_range(cls, field: str, value: object, allowed: str) -> "SettingsError":
        """The error for `field` having `value` where only `allowed` is."""
        return cls(f"{field} is {value}; allowed is {allowed}.")


class WeightsError(InputError):
    """Weights that are missing, damaged or of another model; the message names the file and the keys."""


class MemoryLimitError(InputError):
    """An edit that is too large for the machine; the message says what would make it smaller."""


class TrainingError(InputError):
    """A training run that can't go on; the message says at which step and clips, and what is kept."""
