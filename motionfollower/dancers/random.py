"""Where what is drawn at random comes from: one generator a seed, handed on."""

import numpy as np

Random = np.random.Generator
