"""``python -m digitgan``: the same as the command ``digitgan``."""

from digitgan.cli import main

main()
