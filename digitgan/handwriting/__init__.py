"""Numbers out: a text in one hand, with a box and a mask for each character."""
