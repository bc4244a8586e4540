"""What the code of one cell defines, imports and uses; read from its syntax, never by running it.

Annotations count as uses, because type checkers read them in the generated module too. Knows one cell at a time and
nothing of sections or modules.
"""

import ast
import functools
import re
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tinytorch.export.bindings import made_names
from tinytorch.export.cells import Cell, ExportError
from tinytorch.export.ipython import plain_python
from tinytorch.export.moduletext import Import
from tinytorch.export.syntax import check_compiles, tree_of

PACKAGE = "tinytorch.benchmarking"
SUPPORT = "tinytorch."
_TOP = PACKAGE.partition(".")[0]

_DIRECTIVE = re.compile(r"#\s*\|\s*(default_exp|export|exporti|hide)\b\s*(.*?)\s*")
_OTHER_DIRECTIVE = re.compile(r"#\|\s*(\w+)(?![\w-]*\s*:).*")  # Quarto's `#| key: value` is none of ours
_FORM_TITLE = re.compile(r"\s*#\s*@title\b.*")  # what Colab shows of a folded cell; it writes one itself to fold a cell
_SOLUTION_MARKER = re.compile(r"\s*#+\s*(BEGIN|END) SOLUTION\s*")
_MAGIC = re.compile(r"\s*[%!].*|\s*[\w., ]+=\s*[!%]\s*\w.*|\s*\?{1,2}[\w.]+|\s*[\w.]+\?{1,2}\s*")
_UNUSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)  # all that parsing hostile text may raise
_COMPILERS_OWN = frozenset({"__conditional_annotations__"})  # Python 3.14 puts it into classes with annotations
_KEPT = 256  # cells: most of a class's are the released ones


@dataclass(frozen=True)
class Code:
    """A cell's code; `text` is what a module holds of it: no directives, solution markers or top-level imports."""

    text: str = ""
    imports: tuple[Import, ...] = ()
    defines: frozenset[str] = frozenset()
    public: tuple[str, ...] = ()
    uses: frozenset[str] = frozenset()

    @property
    def passes_on(self) -> tuple[Import, ...]:
        """What the cell imports from the support: an exported cell makes these names part of the package."""
        return tuple(item for item in self.imports if item.name and item.module.startswith(SUPPORT))


def label(cell: Cell) -> str:
    """Return the words by which messages name a cell."""
    return f"cell {cell.grade_id or cell.id!r}"


def directives(cell: Cell) -> dict[str, str]:
    """Return the `#| word value` lines at the head of a cell.

    Raises ExportError for an unknown word, a directive that comes after code, and `export` together with `exporti`.
    """
    found: dict[str, str] = {}
    head = True
    for line in cell.source.split("\n"):
        match = _DIRECTIVE.fullmatch(line) if "|" in line else None
        if match and not head:
            raise ExportError(f"{label(cell)}: {line.strip()!r} comes after code; directives are the first lines")
        if match:
            found[match[1]] = match[2]
        elif head and "|" in line and _OTHER_DIRECTIVE.fullmatch(line):
            raise ExportError(f"{label(cell)}: {line.strip()!r} is none of default_exp, export, exporti, hide")
        elif line.strip() and not is_form_title(line):
            head = False
    if found.keys() >= {"export", "exporti"}:
        raise ExportError(f"{label(cell)}: exported twice; keep one of export and exporti")
    return found


def is_form_title(line: str) -> bool:
    """Whether a line is the title that Colab shows of a folded cell. It says nothing of the code."""
    return "@" in line and _FORM_TITLE.fullmatch(line) is not None


def export_target(cell: Cell) -> tuple[str, bool] | None:
    """Return (module, whether its names are public) of an exported cell, None for any other. Raises ExportError."""
    if cell.kind != "code":
        return None
    found = directives(cell)
    for word in sorted(found.keys() & {"export", "exporti"}):
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", found[word]):
            raise ExportError(f"{label(cell)}: `#| {word}` needs a module name such as `schedule`, got {found[word]!r}")
        return found[word], word == "export"
    return None


def exported_code(cell: Cell) -> Code:
    """Return what an exported cell brings into its module. Raises ExportError if it does not compile on its own."""
    try:
        return _code(cell.source)
    except _UNUSABLE as error:
        line = (error.text or "").strip()[:80] if isinstance(error, SyntaxError) else ""
        if _MAGIC.fullmatch(line):
            raise ExportError(f"{label(cell)}: {line!r} is IPython's; exported cells hold plain Python") from error
        reason = error.msg if isinstance(error, SyntaxError) else type(error).__name__
        where = f" in {line!r}" if line else ""
        raise ExportError(f"{label(cell)} is not valid Python: {reason}{where}") from error


@functools.lru_cache(_KEPT)
def _code(source: str) -> Code:
    text = _without_markers(source)
    tree = tree_of(text)
    body = _without_imports(text, tree)
    check_compiles(body)
    table = symtable.symtable(body, "<cell>", "exec")
    own = frozenset(symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported())
    return Code(
        body,
        tuple(_imports(tree)),
        own - _COMPILERS_OWN,
        tuple(name for name in made_names(tree.body) if not name.startswith("_")),
        frozenset({*_uses(table), *_annotating(tree)}),
    )


def free_names(text: str) -> frozenset[str]:
    """Return the names that code reads and neither binds at its top level nor has as locals. It has to compile."""
    table = symtable.symtable(text, "<cell>", "exec")
    own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    return frozenset(_uses(table)) - own


def loose_code(cell: Cell) -> Code:
    """Return what a cell that is not exported imports and defines; nothing if it is not Python but for magics."""
    return _loose_code(cell.source)


@functools.lru_cache(_KEPT)
def _loose_code(source: str) -> Code:
    tree = _loose_tree(source)
    defined = {leaf.id for leaf in _leaves(tree)}
    named = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    return Code(imports=tuple(_imports(tree)), defines=frozenset(defined | named))


def refuse_package_import(cell: Cell) -> None:
    """Raise ExportError if a code cell imports the very package that the lesson builds, at any depth."""
    if _imports_package(cell.source):
        raise ExportError(
            f"{label(cell)} imports {PACKAGE}, which would replace the notebook's own functions by the installed "
            f"ones; use the names that earlier cells define"
        )


@functools.lru_cache(_KEPT)
def _imports_package(source: str) -> bool:
    if source.isascii() and _TOP not in source:  # other letters may spell the name too: Python folds them
        return False
    modules: list[str] = []
    for node in ast.walk(_loose_tree(source)):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules += [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return any(f"{module}.".startswith(f"{PACKAGE}.") for module in modules)


def _loose_tree(source: str) -> ast.Module:
    for text in (source, plain_python(source)[0]):
        try:
            return tree_of(text)
        except _UNUSABLE:
            continue
    return ast.Module([], [])


def _without_markers(source: str) -> str:
    """Take out directives, markers and a title, and one of two blank lines that a marker stood between."""
    kept: list[str] = []
    dropped = False
    for line in source.split("\n"):
        marker = "#" in line and (_SOLUTION_MARKER.fullmatch(line) or _DIRECTIVE.fullmatch(line))
        if marker or (is_form_title(line) and not any(each.strip() for each in kept)):
            dropped = True
        elif line.strip() or not dropped or (kept and kept[-1].strip()):
            kept.append(line)
            dropped = False
    return "\n".join(kept).strip("\n").rstrip()


def _without_imports(text: str, tree: ast.Module) -> str:
    """Take whole-line import statements out: the exporter writes the imports at the head of the module."""
    lines: list[str | None] = list(text.split("\n"))
    for node, following in zip(tree.body, [*tree.body[1:], None], strict=True):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        end = node.end_lineno or node.lineno
        alone = lines[node.lineno - 1] is not None and node.col_offset == 0
        if alone and (following is None or following.lineno > end):
            while end < len(lines) and not (lines[end] or "").strip():
                end += 1
            lines[node.lineno - 1 : end] = [None] * (end - node.lineno + 1)
    return "\n".join(line for line in lines if line is not None).strip("\n")


def _imports(tree: ast.Module) -> Iterator[Import]:
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, None, alias.asname) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                yield Import(module, alias.name, alias.asname if alias.asname != alias.name else None)


def _leaves(tree: ast.AST) -> Iterator[ast.Name]:
    """Every name that is assigned somewhere in a tree."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))


def _annotating(tree: ast.Module) -> Iterator[str]:
    """Names in the annotations of variables within functions, which Python 3.14 leaves out of its tables."""
    for function in _statements(tree.body):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        found = [node.annotation for node in _statements(function.body) if isinstance(node, ast.AnnAssign)]
        if not found:
            continue
        inside = list(ast.walk(function))
        local = {leaf.id for leaf in _leaves(function)} | {node.arg for node in inside if isinstance(node, ast.arg)}
        local |= {node.name for node in inside if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        for annotation in found:
            named = {leaf.id for leaf in ast.walk(annotation) if isinstance(leaf, ast.Name)}
            yield from sorted(named - local)


def _statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Every statement, however deep, without a look at expressions, which are most of a tree."""
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        for part in ("body", "handlers", "cases", "orelse", "finalbody"):
            waiting += getattr(node, part, ())


def _uses(table: symtable.SymbolTable) -> Iterator[str]:
    top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (top or symbol.is_global()) and symbol.get_name() not in _COMPILERS_OWN:
            yield symbol.get_name()
    for child in table.get_children():
        yield from _uses(child)
