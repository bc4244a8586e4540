"""The mailbox of a course: students hand in and get a receipt, a worker grades, instructors look and release."""
