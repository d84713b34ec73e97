"""Pose alignment."""
