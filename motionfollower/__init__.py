"""MotionFollower: the person of one clip does the motion of another."""

__version__ = "0.1.0"
