"""Train the classic GAN on MNIST: the same code and flags as ``digitgan train``."""

import sys

from digitgan.cli import main

if __name__ == "__main__":
    main(["train", *sys.argv[1:]])
