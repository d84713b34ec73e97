"""The background: camera motion, and the clip without its person."""
