"""Types, settings, errors, events and devices that every other package uses."""

__version__ = "0.1.0"
