"""What stands between a benchmark and the machine: facts about it, a limit on time, a process of its own.

`environment` says what a report states of the machine, `deadline` ends code that runs too long, `own_process` runs a
task where its death and its hanging do no harm. Each is imported by its own name. Knows nothing of models or runs.
"""
