"""The report's and the checks' pages: templates, and `pages`, which fills them."""
