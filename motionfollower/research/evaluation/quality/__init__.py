"""How good edits are, against the right answer: rendered clips of people and motions that no training has seen.

subject   one held-out clip with its answer, written down so that the real pipeline can read it
methods   ours, ours with true inputs, and what is compared with them
regions   person, vacated, shadow, background
score     what is measured
identity  whether it is still the same person, part by part
memory    the most memory that a piece of work held
report    quality.json, report.html, strips of pictures
measure   all of it
presets   what the faster presets cost and lose against Quality
"""
