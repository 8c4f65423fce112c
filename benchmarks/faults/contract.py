"""Requests that schemathesis makes of the API's own description, to its end."""

import re
import subprocess
import sys
from pathlib import Path

from live_server import live_server
from processes import Row

from digitgan.serving import training_process

SETTINGS = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415]
[checks.positive_data_acceptance]
enabled = false  # fields that exclude each other are refused in words alone
"""


def contract(folder: Path, examples: int) -> list[Row]:
    """Ask all that the description allows, and more, of every operation."""
    (settings := folder / "schemathesis.toml").write_text(SETTINGS)
    training_process.COMMAND = (sys.executable, "-S", "-c", "pass")  # trains nothing
    with live_server(runs=folder / "runs") as port:
        ask = ["schemathesis", "--config-file", settings, "run"]
        ask += [f"http://127.0.0.1:{port}/openapi.json", "--continue-on-failure"]
        ask += ["--max-examples", f"{examples}", "--request-timeout", "60"]
        ask += ["--warnings", "off", "--suppress-health-check", "all", "--no-color"]
        done = subprocess.run(
            ask, cwd=folder, stdout=subprocess.PIPE, text=True, check=False
        )
    print(done.stdout)
    count = re.search(r"([\d,]+) generated", done.stdout)
    tried = int(count[1].replace(",", "")) if count else 0
    failed = re.search(r"([\d,]+) found [\d,]* ?unique", done.stdout)
    lost = int(failed[1].replace(",", "")) if failed else int(done.returncode != 0)
    name = "requests of schemathesis, of every operation: answered as described"
    return [(name, tried, tried - lost, "")]
