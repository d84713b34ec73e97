"""The weights: which files, and how they get into the networks."""
