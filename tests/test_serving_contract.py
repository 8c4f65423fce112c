"""The API does what its description says, whatever is made of it."""

import sys

import pytest

schemathesis = pytest.importorskip("schemathesis")
pytest.importorskip("uvicorn")
from hypothesis import HealthCheck, settings  # noqa: E402
from live_server import live_server  # noqa: E402

from digitgan.handwriting.model import load  # noqa: E402
from digitgan.serving import training_process  # noqa: E402
from digitgan.serving.app import create_app  # noqa: E402

RELAXED = {"deadline": None, "suppress_health_check": list(HealthCheck)}
REFUSALS = ["400", "401", "403", "404", "405", "406", "409", "413", "415"]

schema = schemathesis.openapi.from_dict(create_app(load(threads=1)).openapi())
checks = schema.config.checks
checks.negative_data_rejection.expected_statuses = REFUSALS
# fields that exclude each other, and too much paper, are refused in words alone
checks.positive_data_acceptance.enabled = False
# /v1/digits.png is drawn by the same function as /v1/digits.json
once = schema.exclude(path_regex=r"\.(gif|png|svg|npz|pdf)")


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """Serve, with a training that ends at once in the place of the real one."""
    runs = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        nothing = (sys.executable, "-S", "-c", "pass")
        patch.setattr(training_process, "COMMAND", nothing)
        with live_server(runs=runs) as port:
            yield f"http://127.0.0.1:{port}"
    assert not list(runs.iterdir())


@pytest.mark.process
@once.parametrize()
@settings(max_examples=15, derandomize=True, **RELAXED)
def test_every_answer_is_as_described(case, url):
    case.call_and_validate(base_url=url)


@pytest.mark.slow
@schema.parametrize()
@settings(max_examples=1_000, **RELAXED)
def test_every_answer_of_many_is_as_described(case, url):
    case.call_and_validate(base_url=url)
