"""The web side: what is asked over HTTP and what it answers. Never opens a submission."""
