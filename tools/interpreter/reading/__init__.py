"""What is there: mentions by form."""
