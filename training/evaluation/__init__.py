"""How right answers are, in each way of decoding."""
