"""What decides points, and nothing else: what a class is judged with, the judge, what it found, and on what ground."""
