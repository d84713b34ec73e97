"""Whole-body poses."""
