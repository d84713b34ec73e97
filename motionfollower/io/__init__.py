"""The files of an edit.

`case` reads and writes the released example layout, with the record in `preparation`; `compositing` puts the edit over
the source's frames; `result` writes the result folder, `run_record` is its run.json; `redo` blends new frames into an
earlier result; `bundle` packs a case and its result into a zip. `dataset_dir` opens folders of training data.
"""
