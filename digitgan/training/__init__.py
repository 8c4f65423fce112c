"""Making the players learn: the run, its checkpoints, its records and its view."""
