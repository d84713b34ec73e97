"""Places: a floor, walls, what hangs on them, and the light; drawn from a seed, seen along each pixel's ray."""
