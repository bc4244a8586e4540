"""The mailbox's processes: one that watches, those of the web side, and a worker that grades."""
