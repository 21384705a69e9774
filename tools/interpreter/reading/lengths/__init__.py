"""Lengths and moments of time."""
