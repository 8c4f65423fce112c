"""How good, honestly: digits are compared with real ones, figure by figure."""

from digitgan.evaluation.candidates import evaluate
from digitgan.evaluation.scorecard import Scorecard

__all__ = ["Scorecard", "evaluate"]
