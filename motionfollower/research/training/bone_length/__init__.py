"""Training of the network that reads the lengths of a body, from synthetic dancers.

samples  joints of clips, true ones or an estimator's, and the true lengths
collect  a folder of them
fit      what the network learns by, and how good it is
command  `train lengths`
"""
