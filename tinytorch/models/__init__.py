"""Two small networks trained on the shipped digits, each in four variants: what the lesson and the demo benchmark.

`trained` builds them from the weights beside it, `train_digits` is the script that wrote these. Nothing here times
anything.
"""

from tinytorch.models.trained import (
    SHAPES,
    VARIANT_MARGIN,
    VARIANTS,
    ModelCard,
    assemble,
    digits_cnn,
    digits_mlp,
    model_card,
    variant_of,
)

__all__ = [
    "SHAPES",
    "VARIANTS",
    "VARIANT_MARGIN",
    "ModelCard",
    "assemble",
    "digits_cnn",
    "digits_mlp",
    "model_card",
    "variant_of",
]
