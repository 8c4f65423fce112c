"""Digits out: draw from a trained generator without any training framework."""
