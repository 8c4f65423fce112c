"""The routes of the API, a file each: a new file here is a new route.

Each has ``add_routes(api, state)``, which adds its paths to a FastAPI router.
"""
