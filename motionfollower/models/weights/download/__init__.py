"""Downloads of the released weights."""
