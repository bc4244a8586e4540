"""Where a student's package runs, confined, and the pipe to it. Knows nothing of lessons, suites or points."""
