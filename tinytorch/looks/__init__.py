"""Looking at the rounds while they are run: when, what it costs, and how sure a verdict is. Knows no run and no model.

`plan` says after which rounds there is a look, `spending` what all looks together may err, `doubt` how sure a verdict
is.
"""

from tinytorch.looks.doubt import doubt
from tinytorch.looks.plan import LOOKS, MOST, looks
from tinytorch.looks.spending import level_of, spent

__all__ = ["LOOKS", "MOST", "doubt", "level_of", "looks", "spent"]
