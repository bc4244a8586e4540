"""What is made of a graded class: feedback, overview, exports, and the zip for Gradescope."""
