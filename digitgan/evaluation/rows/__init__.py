"""The rows of the scorecard, a file for each family of metrics.

A new metric takes two files: its function in ``metrics/``, and here, in the file of its
family, a :class:`Metric` and a function that yields its row, registered by the
decorator above it. Table, report and JSON show whatever rows there are.
"""

from digitgan.evaluation.rows import (
    fidelity,
    handwriting,
    labels,
    memorisation,
    variety,
)
from digitgan.evaluation.rows.metric import RowGroup


def row_groups(full: bool) -> list[RowGroup]:
    """Return what a scorecard computes, in its order: what takes minutes last.

    Args:
        full: Whether to compute that, too.
    """
    families = fidelity, labels, variety, handwriting, memorisation
    groups = [group for family in families for group in family.GROUPS]
    quick = [group for group in groups if not group.full_only]
    return quick + [group for group in groups if group.full_only and full]
