"""Edits in chunks, so that memory holds one chunk at a time. A short clip is edited in a single chunk.

`opening` prepares the clips whole, or has the people of long ones detected span by span (`detection`); either way it
returns a `chunked_clip`, which has the inputs of each chunk. `chunk` edits a chunk and stores it; `executors` do this
work in the present process or on a Ray cluster. `chunking` splits a long clip into overlapping chunks and blends their
seams.
"""
