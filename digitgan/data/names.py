"""The names of the data sets that can be asked for."""

STACKED = "stacked-mnist"
NAMES = ("mnist", "fashion-mnist", "kmnist", "qmnist", "emnist-letters", STACKED)
