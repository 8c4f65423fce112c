"""The rows of the scorecard, a file for each family of metrics.

A new metric takes two files: its function in ``metrics/``, and here, in the file of its
family, a :class:`Metric` and a function that yields its row, both named in ``GROUPS``.
Table, report and JSON show whatever rows there are.
"""

from digitgan.evaluation.rows import (
    fidelity,
    handwriting,
    labels,
    memorisation,
    two_sample,
    variety,
)
from digitgan.evaluation.rows.metric import RowGroup

FAMILIES = fidelity, two_sample, labels, variety, handwriting, memorisation


def row_groups(full: bool) -> list[RowGroup]:
    """Return what a scorecard computes, in its order; what takes minutes last."""
    groups = [group for family in FAMILIES for group in family.GROUPS]
    groups = [group for group in groups if full or not group.full_only]
    return sorted(groups, key=lambda group: group.full_only)
