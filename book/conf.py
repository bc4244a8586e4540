"""Sphinx's settings for the book. `make book` draws the pictures and runs the lesson first, then calls Sphinx.

Pages are MyST Markdown and stay within what Jupyter Book 2 reads too, the API pages apart. No page asks an outside host
for anything: there is no formula and no diagram that would want a script, and the theme's files come with it.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from autograder.links import read_links  # noqa: E402 - it is found by the line above
from book.engine.quick import keep_garbage, skip_grammars  # noqa: E402

skip_grammars()
keep_garbage()

about = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
course_links = read_links(HERE.parent)

project = "TinyTorch benchmarking"
author = about["authors"][0]["name"]
copyright = author
release = about["version"]
language = "en"

extensions = [
    "myst_nb",
    "sphinx_design",
    "sphinx_copybutton",
    "sphinx.ext.autodoc",  # and no viewcode: what stands under a signature is a solution
    "book.engine.links",
    "book.engine.charts",
    "book.engine.checklist",
    "book.engine.docstrings",
    "book.engine.names",
    "book.engine.rebuilt",
]
root_doc = "index"
exclude_patterns = ["_build", "_made", "_templates", "engine", "pictures", "README.md", "**/.ipynb_checkpoints"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist", "substitution", "tasklist", "attrs_inline"]
myst_heading_anchors = 4
nb_execution_mode = "off"  # the lesson was run by book.engine.lesson, once and as a whole
nb_merge_streams = True
nb_render_text_lexer = "text"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
add_module_names = False
python_use_unqualified_type_names = True
# Types of other projects, whose books are on hosts that the build does not ask.
nitpick_ignore_regex = [
    (
        "py:.*",
        r"Axes|Array|(Int|Float)Array|Path|Model|Step|Stored|.*\.(VirtualTime|Stored)|(matplotlib|np|npt|numpy)\..*",
    ),
    (
        "py:.*",
        r"(collections|typing|pathlib)\..*",
    ),
]

html_theme = "sphinx_book_theme"
html_title = project
templates_path = ["_templates"]
html_static_path = ["_static"]
html_extra_path = ["_made/site"]  # reports, whole
html_css_files = ["book.css"]
html_js_files = [("print.js", {"defer": "defer"})]
html_favicon = "_static/favicon.svg"
html_copy_source = False
html_show_sourcelink = False
html_last_updated_fmt = None  # the same sources give the same pages
html_context = {"default_mode": "auto"}  # light or dark as the reader's system is, until it is chosen
html_theme_options = {
    "repository_url": f"https://github.com/{course_links.repository}",
    "repository_branch": course_links.ref,
    "use_repository_button": True,
    "use_download_button": False,
    "home_page_in_toc": True,
    "show_navbar_depth": 1,
    "max_navbar_depth": 2,
    "show_toc_level": 2,
    "navbar_persistent": [],  # or a second search box stands in an empty header
    "search_bar_text": "Search the book",
    "toc_title": "On this page",
    "extra_footer": "MIT licence. The handwritten digits are UCI's, CC BY 4.0.",
}
copybutton_exclude = ".linenos, .gp, .go"
copybutton_prompt_text = "$ "
