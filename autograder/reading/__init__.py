"""What is in a file: the lesson and its release, a submission and the answers in it."""
