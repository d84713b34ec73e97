"""Preprocessing of an edit: from two video files to clips, poses, masks, aligned poses and background.

In the order of the data flow: `video` decodes the source and target clips, `pose` estimates the joints of the person in
each, `segmentation` their masks, `align` moves the target's poses to the source person, `segmentation` then predicts
the target masks, `background` removes the source person, and `puppet` draws a first draft of the edit. `types` holds
the data that they exchange; `warnings` and `progress` define how they report doubtful frames and progress.

This package imports nothing from `motionfollower`; networks that are trained there are passed in as callables.
"""
