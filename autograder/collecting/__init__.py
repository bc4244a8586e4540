"""Which file is whose: a class as it was handed out becomes one entry a student, and no file goes missing unsaid."""
