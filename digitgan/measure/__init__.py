"""What a digit is: a classifier, morphometry and nearest neighbours, by NumPy and ONNX Runtime."""
