"""`python -m autograder`, from a checkout."""

from autograder.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
