"""The function that adds up what the regularizers of a model give."""

from __future__ import annotations

from transpiler.lower.training import Penalized


def penalty(name: str, penalties: list[Penalized]) -> str:
    """The function that adds up what regularizers give; tokens stand for the modules."""
    sums: dict[str, list[str]] = {}
    for one in penalties:
        weight = f"model.{one.token}.{one.parameter}"
        for factor, method in ((one.penalty.square, "square"), (one.penalty.absolute, "abs")):
            if factor is not None and not factor.is_const(0, 0.0):
                sums.setdefault(factor.wrapped(14), []).append(f"{weight}.{method}().sum()")
    terms = [
        f"{factor} * {parts[0]}" if len(parts) == 1 else f"{factor} * ({' + '.join(parts)})"
        for factor, parts in sums.items()
    ]
    doc = '"""What the regularizers add to the loss."""'
    lines = [f"    total = {terms[0]}", *(f"    total += {t}" for t in terms[1:])]
    lines = [*lines, "    return total"] if terms[1:] else [f"    return {terms[0]}"]
    return "\n".join([f"def {name}(model):", f"    {doc}", *lines, ""])
