"""What is true about a rendered frame: joints with visibility, the person's mask, the shadow they cast."""
