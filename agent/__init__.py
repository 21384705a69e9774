"""Who talks: command line and conversation."""
