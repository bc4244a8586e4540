"""The book's pictures and the sentences that its pages quote, made by the build from runs of this project's own code.

`course`, `spread`, `load`, `design`, `told` and `machine` make the pitfalls happen; `report` and `engineers` run the
commands that those pages explain. Each has `make(folder)`. `paper` writes the files, `scripted` holds the models.
"""
