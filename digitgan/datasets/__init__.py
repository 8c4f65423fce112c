"""Labelled data sets: requests, specs, shards, formats, manifests."""
