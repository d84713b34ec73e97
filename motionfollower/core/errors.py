"""User-facing errors.

InputError            a clip, a folder or a file that cannot be used (defined in `preprocess.types`)
├── SettingsError     a setting outside its range
├── WeightsError      weights that are missing, damaged or of another model
├── MemoryLimitError  an edit that is too large for the machine
├── TrainingError     a training run that cannot continue
└── OutputError       a result that cannot be written (defined in `preprocess.types`)

Each message says in a sentence or two what was given, what is allowed, and what to do. Any other exception is a bug and
keeps its traceback.
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
    """A training run that cannot continue; the message says at which step and clips, and what is kept."""
