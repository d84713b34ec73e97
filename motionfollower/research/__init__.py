"""Research code: synthetic training data, training and evaluation. Edits do not depend on it.

synthetic    a renderer of dancing characters with ground-truth annotations
training     training of the model and of the small networks
evaluation   FLOPs, memory, speed and quality
"""
