"""Grade the benchmarking lesson: release, read, run confined, score, report. Run from a checkout; never installed."""
