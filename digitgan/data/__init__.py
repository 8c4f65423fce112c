"""Real digits in: find MNIST or read your own, and turn it into arrays."""
