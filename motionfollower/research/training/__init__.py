"""Training: the paper's two stages for any configuration, from the tiny shipped model to the full one.

`data` turns rendered shards and real videos into training clips: a source, the poses to follow, a puppet, and the
ground-truth frames. `train` draws batches of them, adds noise at a random timestep, and minimises the loss of the
U-Net's prediction. Stage 1 ("images") trains the controllers and the U-Net on single frames, stage 2 ("clips") the
motion modules alone. An exponential moving average (EMA) of the weights is validated by editing held-out clips with
the real sampler, and is exported. Two small networks that preprocessing uses have their own, simpler training.

In the order of the data flow:
data         training clips: made from shards or videos, augmented, batched
config       every hyperparameter of a run
losses       the networks as one module, and the loss of its prediction
optim        trainable parameters, optimiser, EMA
checkpoint   the state from which a run resumes bit for bit
validate     held-out clips edited by the EMA weights: metrics and a contact sheet
log          a CSV of the metrics, and their curves
train        the training loop
small_net    the training loop of the small networks
target_mask  the network that predicts target masks
bone_length  the network that estimates bone lengths
"""
