"""Keras made to do what torch does, where that is declared CLOSE.

If a program is equal to a converted one so, it differs by nothing else.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from transpiler.verify.training_runs import patched

_IDS = (
    "CLOSE: where ids repeat in a batch, Keras 3 squares, or clips, the parts of an embedding's "
    "gradient one by one, torch their sum"
)


@contextlib.contextmanager
def like_torch(tensorflow: Any, framework: str) -> Iterator[list[str]]:
    """The gradients of embeddings are added up before a step; the list says what was met."""
    met: list[str] = []
    if framework != "keras3":
        yield met  # Keras 2 adds them up itself
        return

    def summed(original: Callable[..., Any]) -> Callable[..., Any]:
        def apply(optimizer: Any, grads: Any, *args: Any, **kwargs: Any) -> Any:
            parts = [isinstance(grad, tensorflow.IndexedSlices) for grad in grads]
            if any(parts) and _IDS not in met:
                met.append(_IDS)
            whole = [
                tensorflow.convert_to_tensor(grad) if part else grad
                for grad, part in zip(grads, parts, strict=True)
            ]
            return original(optimizer, whole, *args, **kwargs)

        return apply

    kind = import_module("keras.src.optimizers.base_optimizer").BaseOptimizer
    with patched(kind, "apply", summed(kind.apply)):
        yield met
