"""CAMARA quality-on-demand and qos-profiles, 1.1.0 and 1.2.0-rc.3: models, errors, client."""
