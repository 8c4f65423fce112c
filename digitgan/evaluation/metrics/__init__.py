"""The metrics, each a small function that names the paper it comes from.

A family is one file: its functions, a :class:`Metric` for each row of the scorecard,
and ``GROUPS`` of rows, which ``evaluate`` computes. Table, report and JSON show what
rows there are.
"""
