"""Training clips: from synthetic shards or real videos, augmented and batched."""
