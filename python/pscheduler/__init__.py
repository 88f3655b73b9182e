"""Python's side of pScheduler."""
