"""Synthetic data, training and evaluation: what makes and measures models. No edit needs it."""
