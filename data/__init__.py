"""What the model learns from, the operator catalogue, and the trained adapter."""
