"""Evaluation: the cost of an edit against the released code, and its quality against known results.

FLOPs and memory are counted on networks without data (the meta device, fake tensors), ours against the released order
of work on the same networks; memory and speed are also measured in processes of their own. `quality` edits rendered
clips whose result is known, with every method that the paper's claims are compared against.

flop_counter  FLOPs of one kind of call
released      the calls of the released inference code, recorded while it ran, and its peak memory
flops         FLOPs of an edit, ours against the released code's, and of each preset
memory        peak memory of an edit, ours against the released order of work; the planner's error
memory_probe  the process whose memory is measured
speed         seconds and peak memory of a whole edit
chunked       peak memory of a long edit against a short one's, and its seams
quality       edits of held-out rendered clips against the ground truth
"""
