"""Training of the target-mask network, from the shards of `dancers dataset`.

samples  evidence and true masks, one character doing what another motion asks for
fit      what the network learns by, and how good it is
command  `train masks`
"""
