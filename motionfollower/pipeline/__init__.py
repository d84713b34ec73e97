"""From two clips to an edited clip.

`run` is the recipe of an edit, from files to files. It has the clips read (`reading`) and prepared (`prepare`: people
detected, the motion aligned, target masks predicted), edits them in one chunk or several (`chunks`), and measures the
result (`metrics`). `edit` is the edit of one chunk, in memory: the puppet is built, the clips are cropped to what the
networks see (`model_inputs`), encoded (`encoding`), sampled and decoded, under a plan for the device's memory
(`memory`). `backends` builds the networks and estimators that all of this runs on; `checks` looks for doubtful frames
before an edit; `ray_cluster` spreads work over machines; `api` is the public interface.
"""
