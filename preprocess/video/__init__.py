"""Reading and writing clips."""
