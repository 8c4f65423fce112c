"""Labelled data sets out: specification, shards, manifest, executors and formats."""
