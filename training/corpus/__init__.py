"""What is trained on: examples, their labels, and pairs of answers."""
