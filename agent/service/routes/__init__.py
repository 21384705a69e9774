"""The service's endpoints, a module for each kind."""
