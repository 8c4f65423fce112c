"""What a digit is: a classifier, morphometry, nearest neighbours, ONNX sessions."""
