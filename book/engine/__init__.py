"""What the book's build does beyond Sphinx: the lesson's pages, the course's links, charts that follow the theme."""
