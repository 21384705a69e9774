"""More than one machine: the model behind Ray Serve, files of requests over Ray Data."""
