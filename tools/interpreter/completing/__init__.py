"""What follows from a choice: defaults, assumptions, questions, the operator's names."""
