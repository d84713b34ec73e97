"""The quality benchmark: edits of rendered clips against the ground truth.

A benchmark clip is a held-out character in two motions, of which one is the source and the other one the ground
truth, and another character in the second motion, who is the target. Each method edits the clip, and is scored by
region, pose, identity and flicker.

In the order of the data flow:
clip            a held-out clip with its ground truth, written as files that the pipeline reads
methods         our edit, our edit with true inputs, and the baselines
regions         the regions that are scored: person, vacated, shadow, background
identity        a distance in colour and texture, per part of the body
score           the metrics of one method on one clip
report          quality.json, report.html and strips of frames
measure         the whole benchmark
presets         the presets against Quality, all with true inputs
presets_report  presets.json and presets.svg
"""
