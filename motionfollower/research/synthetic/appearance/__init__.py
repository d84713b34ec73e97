"""Who somebody is and what they wear: described by plain values, drawn from a seed, built as meshes and a skin."""
