"""What is shown and handed on: results, plots, model cards, exports."""
