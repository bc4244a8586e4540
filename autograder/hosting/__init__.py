"""A course on one machine: an nbgrader course folder, JupyterLab on it, and Formgrader's buttons on this grader."""
