"""From clips to an edited clip: backends, preparation, sampling, and the recipe of a run."""
