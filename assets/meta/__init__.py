"""The bookkeeping of a run: which loads count, and how the night ended."""
