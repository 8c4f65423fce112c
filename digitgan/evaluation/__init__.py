"""How good, honestly: digits are compared with real ones, figure by figure."""

from digitgan.evaluation.scorecard import Scorecard, evaluate

__all__ = ["Scorecard", "evaluate"]
