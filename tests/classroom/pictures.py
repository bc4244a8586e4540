"""The pictures of the book's page on the classroom, from those that the tests kept: `make classroom-pictures`."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

WANTED = {"validate": "classroom_student.png", "graded": "classroom_instructor.png"}
HEIGHTS = {"validate": 900, "graded": 480}  # CSS pixels, which is pixels here; below there is nothing to see
COLOURS = 64


def main(kept: Path, book: Path) -> None:
    """Cut the wanted ones of `kept`, with few colours, into `book`."""
    for step, name in WANTED.items():
        (path,) = kept.glob(f"*-{step}.png")
        picture = Image.open(path).convert("RGB")
        picture = picture.crop((0, 0, picture.width, min(HEIGHTS[step], picture.height)))
        picture.quantize(COLOURS).save(book / name, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
