"""Data shipped with the package: the digits, the trained weights, and the script that trained them."""
