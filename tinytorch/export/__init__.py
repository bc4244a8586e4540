"""The exporter: the cells of a lesson, or of a student's notebook, become the modules of a package.

Its files are read in this order: `cells` reads a lesson, `freenames` one cell's code, `moduletext` lays a module out,
`exporter` makes the package. The standard library is enough, and nothing else of `tinytorch` is known here.
"""

from tinytorch.export.cells import Cell, ExportError, headings, read_lesson
from tinytorch.export.exporter import differences, export_modules, write_package
from tinytorch.export.freenames import export_target, is_form_title

__all__ = [
    "Cell",
    "ExportError",
    "differences",
    "export_modules",
    "export_target",
    "headings",
    "is_form_title",
    "read_lesson",
    "write_package",
]
