"""The hidden suites run against a confined package: sessions, what a test sees of it, and verdicts."""
