"""Your own digits in: a form to fill by hand, and its photograph read back."""
