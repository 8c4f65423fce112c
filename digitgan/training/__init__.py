"""Training: the run folder, input pipeline, callbacks, checkpoints, adaptation."""
