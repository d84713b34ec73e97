"""One person's body: its shape, its skeleton, how both follow a motion, and how its feet stand on the floor."""
