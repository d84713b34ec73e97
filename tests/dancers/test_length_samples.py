"""Samples for the length network: bodies before cameras."""

import numpy as np
import pytest

from motionfollower.dancers.assets.types import Assets
from motionfollower.length_training.samples import CLIPS, FRAMES, samples_of_body


def test_a_body_has_one_build_before_every_camera(assets: Assets) -> None:
    arrays = samples_of_body(assets, 3)
    assert arrays["joints"].shape == (CLIPS, FRAMES, 18, 2)
    builds = arrays["lengths"] / arrays["lengths"][:, :1]
    assert builds == pytest.approx(np.repeat(builds[:1], CLIPS, axis=0), rel=1e-4)
    assert np.isfinite(arrays["drops"]).all()
    again = samples_of_body(assets, 3)
    assert all((arrays[name] == again[name]).all() for name in arrays)
