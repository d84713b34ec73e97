"""Edits in chunks, so that memory holds one chunk at a time. A short clip is edited in a single chunk.

`chunking` splits a long clip into overlapping chunks and blends their seams; `detection` finds the person throughout
it, span by span; `clips` gives each chunk its inputs; `chunk` edits one and stores it; `executors` do this work in the
present process or on a Ray cluster.
"""
