"""The service's tables as they came to be."""
