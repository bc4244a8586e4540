"""Whether the grader can be trusted: wrong answers, variants, made-up classes, and the table of all of them."""
