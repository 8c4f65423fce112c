"""People and programs look at a model over HTTP: the page and the API."""
