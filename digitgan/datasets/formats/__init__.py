"""The formats of data sets by name: one for each module beside this one."""

from importlib import import_module
from pkgutil import iter_modules

from digitgan.datasets.formats.base import Format

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

FORMATS: dict[str, Format] = {one.name: one() for one in Format.__subclasses__()}
