"""CAMARA quality-on-demand 1.1.0 and qos-profiles 1.1.0: models, errors, client."""
