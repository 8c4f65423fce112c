"""The verb ``info``."""

import json
from typing import Annotated

import typer

HELP = "Say what is installed and where things are, for a look or a bug report."


def info(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say what is installed and where things are, for a look or a bug report."""
    from digitgan.info import describe

    facts = describe()
    if as_json:
        print(json.dumps(facts, indent=2))
        return
    for name, value in facts.items():
        print(f"{name:12} {value}")
