"""The exporter: the cells of a lesson, or of a student's notebook, become the modules of a package.

Its files are read in this order: `cells` reads a lesson, `ipython` takes a notebook's own syntax out, `bindings` says
which names a cell's code binds, `syntax` reads code, `freenames` says what it uses, `moduletext` lays a module out,
`exporter` makes the package.
The standard library is enough, and nothing else of `tinytorch` is known here.
"""

from tinytorch.export.bindings import blocks, bound_names, made_names
from tinytorch.export.cells import Cell, ExportError, cells_of, headings, joined, read_lesson
from tinytorch.export.exporter import differences, export_modules, write_package
from tinytorch.export.freenames import export_target, free_names, is_form_title
from tinytorch.export.ipython import plain_python
from tinytorch.export.syntax import check_compiles, tree_of

__all__ = [
    "Cell",
    "ExportError",
    "blocks",
    "bound_names",
    "cells_of",
    "check_compiles",
    "differences",
    "export_modules",
    "export_target",
    "free_names",
    "headings",
    "is_form_title",
    "joined",
    "made_names",
    "plain_python",
    "read_lesson",
    "tree_of",
    "write_package",
]
