"""A model in a process of its own: another checkout, another interpreter. `host` runs there and needs numpy alone,
`process` starts it and asks it, `revision` is a checkout of one revision that goes when it is no longer needed.

Knows no benchmark. Time is taken where the model runs; the clock leaves out what the way there and back takes.
"""

from tinytorch.hosted.process import Host, HostedClock, HostError
from tinytorch.hosted.revision import Revision, RevisionError

__all__ = ["Host", "HostError", "HostedClock", "Revision", "RevisionError"]
