"""Fit an edit into the device's memory.

`estimate` traces one step of each kind on fake tensors, under a `strategy`: offloading, gradient checkpointing, chunked
feed-forwards, tiled decoding. `plan` chooses the fastest strategy that fits, and `retry` runs the edit under that plan,
a second time with a smaller one where memory ran out.
"""
