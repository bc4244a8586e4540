"""What a course's folder says: nbgrader's configuration files and the page that the classroom opens with."""

from __future__ import annotations

COURSE_ID = "benchmarking"
START_PAGE = "START HERE.md"

COURSE_CONFIG = f'''\
# The course, for nbgrader. Written once by `autograder classroom`; yours to edit.
from pathlib import Path

c = get_config()
here = Path(__file__).resolve().parent

c.CourseDirectory.course_id = "{COURSE_ID}"
c.CourseDirectory.root = str(here)
c.Exchange.root = str(here / "exchange")

# Everybody here is one user of this machine: the name on a submission is never that of the folder's owner.
c.ExchangeCollect.check_owner = False

# source/ holds the released notebook: there is no solution in this folder. Clearing solutions again would clear what
# an exercise gives, so Formgrader's "Generate" leaves the cells as they are.
c.GenerateAssignment.preprocessors = [
    f"nbgrader.preprocessors.{{name}}"
    for name in ("LockCells", "ClearOutput", "CheckCellMetadata", "ComputeChecksums", "SaveCells")
]
'''

HERE_CONFIG = """\
# Who sits at this machine now. Written at every start of `autograder classroom`.
from pathlib import Path

c = get_config()
c.Exchange.assignment_dir = str(Path(__file__).resolve().parents[1] / "students" / "{student}")
"""

DESK_CONFIG = """\
# Whoever works in this folder submits under this name. Without it nbgrader takes the name of the machine's user.
c = get_config()
c.CourseDirectory.student_id = "{student}"
"""

MAILBOX = """\
## The other way: a mailbox

The notebook's last cell, `tinytorch.submit()`, hands it in to a mailbox that runs beside this JupyterLab.

1. As the student, save, run that cell, and type the code `{student_code}`, which works once.
2. Some seconds later `tinytorch.feedback()` shows points and feedback: the mailbox grades what comes, with the hidden
   tests, in the sandbox, into the same course as Formgrader.
3. As the instructor, open <{address}/instructor> and type the code `{instructor_code}`, which works once.

At <{address}/> is the page where a student drops a file.

"""

START = """\
# A classroom on one machine

You are two people here by turns: the student **{student}** and the instructor. Both work in this JupyterLab as one
user of this machine, so nothing is kept from either: this is for trying the course out. A class needs a JupyterHub, or
files that are handed in.

## As the student

1. Menu **Nbgrader > Assignment List**: press **Fetch** at `{assignment}`. It now lies in `students/{student}/`.
2. There, press the assignment's name, then `benchmarking_dev`: the notebook opens.
3. Menu **Run > Run All Cells**: it fails at the first exercise, which is still to be written. The first error from the
   top is always the one to look at.
4. Write it, run it, save, and press **Validate** above the notebook. It runs the whole notebook, and tells the checks
   that do not pass yet.
5. In the Assignment List, press **Submit**, as often as you like: the last one counts.

## As the instructor

1. Menu **Nbgrader > Formgrader**: the button under **Collect** fetches what was submitted.
2. Press the number under **# Submissions**, then the flash under **Autograde**. It grades everybody who was collected,
   with the hidden tests, in the sandbox. In a terminal (**File > New > Terminal**) the same is `autograder grade .`
3. **Manual Grading** shows each answer with its points; the written questions get theirs there.
4. The buttons under **Generate Feedback** and **Release Feedback** hand the pages back. In a terminal the same is
   `autograder feedback --release`

## As the student again

Menu **Nbgrader > Assignment List**: press **Fetch Feedback**, then **view feedback**, and open the page.

{mailbox}## Good to know

- **Generate** in Formgrader changes nothing: what was released stands in `source/` too. Solutions and the
  source of hidden tests are not in this folder; `results/` names the tests.
- Another student: end this with Ctrl-C and start it again with `--student NAME`.
- Names in Formgrader are entered under **Manage Students**; until then it shows "None, None".
"""
