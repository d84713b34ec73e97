"""stderr and warnings are suppressed inside the block only."""

import os
import warnings

import pytest

from preprocess.segmentation.selfie import quiet_start, quiet_warnings

Capture = pytest.CaptureFixture[str]


def test_output_to_the_descriptor_is_dropped(capfd: Capture) -> None:
    with quiet_start():
        os.write(2, b"inside")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_an_error_restores_stderr(capfd: Capture) -> None:
    with pytest.raises(RuntimeError, match="broken"), quiet_start():
        raise RuntimeError("broken")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_no_descriptor_is_left_open() -> None:
    with quiet_start():
        pass
    first = os.dup(2)
    os.close(first)
    with quiet_start():
        pass
    second = os.dup(2)
    os.close(second)
    assert second == first


def test_warnings_are_ignored_inside_only() -> None:
    with quiet_warnings():
        warnings.warn("inside", stacklevel=1)
    with pytest.warns(UserWarning, match="after"):
        warnings.warn("after", stacklevel=1)
