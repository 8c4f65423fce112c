"""The verb ``info``."""

import json

import click

from digitgan.cli.options import json_option

HELP = "Say what is installed and where things are, for a look or a bug report."


@click.command(help=HELP)
@json_option
def info(as_json: bool) -> None:
    """Say what is installed and where things are, for a look or a bug report."""
    from digitgan.info import describe

    facts = describe()
    if as_json:
        print(json.dumps(facts, indent=2))
        return
    for name, value in facts.items():
        print(f"{name:12} {value}")
