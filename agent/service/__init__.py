"""`qod serve`: the plugin as a service that many use at once."""
