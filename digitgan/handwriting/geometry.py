"""Sizes that glyphs, layout and page share."""

DIGIT_HEIGHT = 20  # pixels: the height that MNIST gives a digit
GLYPH_SHAPE = (40, 48)  # rows and columns around any character, however slanted
BASELINE = 29  # ink on the line has its lowest pixels in the row above this one
GRID_SIDE = 0.55  # of a square of squared paper, in heights of a digit
MAX_PIXELS = 50_000_000  # of a picture, or of all frames of a walk
