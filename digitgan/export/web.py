"""A page without a server: the studio's Write and Explore as a folder of files."""

import json
import re
import shutil
from importlib.resources import files
from pathlib import Path

import numpy as np

import digitgan
from digitgan.errors import InputError
from digitgan.generation.sampler import Sampler
from digitgan.generation.writing import DIGITS

PAGE = files("digitgan") / "serving" / "page"  # what `digitgan serve` shows
BROWSER = files("digitgan") / "export" / "browser"  # what stands in for the server
