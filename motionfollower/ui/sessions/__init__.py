"""What belongs to one browser session: its work, its place in the queue, its files."""
