"""Training: the paper's two stages for any configuration, from the tiny model that we ship to the full one.

mistakes   the errors of estimators, made on true poses and masks
rendered   training clips from shards of synthetic dancers
filmed     training clips from real clips
clips      what a training clip holds, and its file
clip_set   many of them in a folder, made ready once
batch      a few clips as the networks are fed
recipe     every number that a run depends on
learner    the networks with their loss
teacher    what is trained, by which optimiser, and the running mean of the weights
state      checkpoints: a run goes on from any of them bit for bit
check      held-out clips, with fixed seeds: numbers and a sheet of pictures
log        a CSV with every figure, and its curves
run        the loop
"""
