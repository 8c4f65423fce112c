"""The rows of a scorecard: each figure of the fakes beside that of real digits."""
