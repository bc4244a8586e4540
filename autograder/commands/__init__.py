"""The commands of `autograder`, one file a command."""
