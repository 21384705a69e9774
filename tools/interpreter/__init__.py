"""From words to a decision that CAMARA accepts."""
