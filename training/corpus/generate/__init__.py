"""The training set, generated from a seed."""
