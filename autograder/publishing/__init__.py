"""The students' repository: what is in it, that it gives nothing away, and the folder it is written to."""
