"""The puppet."""
