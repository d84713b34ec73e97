"""Long clips: edited in parts that overlap, each by the usual pipeline, so that memory holds one part at a time."""
