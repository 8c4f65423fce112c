"""Digits out: latents, styles and a trained generator, by ONNX Runtime alone."""
