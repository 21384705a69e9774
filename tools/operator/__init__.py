"""A mock operator that serves the CAMARA APIs."""
