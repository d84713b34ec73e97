"""The MotionFollower sampler: two branches in lockstep, step by step."""
