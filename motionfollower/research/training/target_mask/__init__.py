"""Training of the network that predicts target masks, on shards of synthetic dancers.

The network refines a geometric estimate of the source person's mask in the aligned poses. A sample is made of two
motions of one character, so that the true mask is known.

samples  network inputs and true masks
fit      the loss, the trainer and the metric
"""
