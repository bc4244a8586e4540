"""Looking at the rounds while they are run: when, what it costs, and how sure a verdict is. Knows no run and no model.

`plan` says after which rounds there is a look, `spending` what all looks together may err, `doubt` how sure a verdict
is, `standing` which rows more rounds may still tell.
"""

from tinytorch.looks.doubt import doubt
from tinytorch.looks.plan import LOOKS, MOST, looks
from tinytorch.looks.spending import level_of, spent
from tinytorch.looks.standing import HOPELESS, OPEN, TOLD, standing

__all__ = ["HOPELESS", "LOOKS", "MOST", "OPEN", "TOLD", "doubt", "level_of", "looks", "spent", "standing"]
