"""The metrics, each a small function that names the paper it comes from.

``distances``     how far two clouds of features are apart (Frechet, kernel)
``manifold``      precision, recall, density and coverage
``labels``        agreement with labels, confusion, classification accuracy score
``variety``       Vendi score and coverage within each digit, shares of the digits
``two_sample``    can fresh classifiers tell the two apart?
``pixel_statistics``  simple statistics of the pixels, by kind of tell
``mnist_laws``    which digits break a law that all of MNIST's obey?
``memorisation``  are they copies of the training digits?
``handwriting``   distributions of thickness, slant, length, width and height
``stacked``       modes and reverse KL of Stacked MNIST
"""
