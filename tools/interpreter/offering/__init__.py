"""What is possible: each mention in each place that its kind allows, and the grammar of that."""
