"""What was handed in, and what it is read against: the lesson, its release, submissions and the answers in them."""
