"""Masks that Keras carries along with a sequence: which steps count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from transpiler.ir.expr import Expr
from transpiler.ir.tensor import HIDDEN_MASK, PASSING_MASK, Tensor, Unsupported
from transpiler.record import replace

#: The mask of a tensor for which Keras 2 and Keras 3 disagree: an error for who looks at it.
DISPUTED: Final = Expr("disputed_mask")


def mask_of(x: Tensor) -> Expr | None:
    """The mask that a tensor carries, for a layer whose numbers depend on it."""
    return agreed(x.mask)


def agreed(mask: Expr | None) -> Expr | None:
    """The mask, refused where generations of Keras or ways through a program disagree about it."""
    if mask is not None and mask.text == PASSING_MASK.text:
        raise Unsupported("the mask of these steps is there on some ways through the program only")
    if mask is not None and mask.text == HIDDEN_MASK.text:
        raise Unsupported(
            "these steps come out of a model or function of the program, which does not tell "
            "which of them are masked: call its layers here"
        )
    if mask is not None and mask.text == DISPUTED.text:
        raise Unsupported("Keras 2 and Keras 3 give these steps different masks (--keras)")
    return mask


def passed_on(x: Tensor, keras: str) -> Tensor:
    """The result of a layer that passes its mask on in Keras 3, and drops it in Keras 2."""
    if x.mask is None or keras == "3":
        return x
    return replace(x, mask=None if keras == "2" else DISPUTED)


def merged(masks: Sequence[Expr | None], keras: str = "auto") -> Expr | None:
    """The mask of an elementwise result.

    Where some inputs have none, Keras 3 gives none (or one that keeps all steps) and Keras 2 those
    of the others; where they differ, a step counts in Keras 3 if it does in any input, in Keras 2
    if it does in all.
    """
    own = {mask.text: mask for mask in masks if mask is not None}
    lacking = None in masks
    if not own or (lacking and keras == "3"):
        return None
    if len(own) == 1 and (not lacking or keras == "2"):
        return next(mask for mask in masks if mask is not None)
    return DISPUTED


def no_mask(x: Tensor, layer: str) -> None:
    """Refuse a masked input of a layer that would treat masked steps in a way of its own."""
    if x.mask is not None:
        raise Unsupported(f"{layer} of masked steps")
