"""Data that a program reads from where nothing is: files, the network, a person."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from transpiler.verify.execute import Run, stored_by


@dataclass(eq=False)
class Unread:
    """Stands for such data, until somebody says of which shape they must be."""

    name: str
    reason: str
    value: Any = field(default=None)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        """The numbers, once there are some."""
        if self.value is None:
            raise RuntimeError(self.reason)
        return self.value


def bind_unread(statement: ast.stmt, run: Run) -> None:
    """What a statement that failed would have bound is data that aren't there."""
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.With, ast.For)):
        for name in stored_by(statement) - run.namespace.keys():
            if name in run.failures:
                run.namespace[name] = Unread(name, run.failures[name])
