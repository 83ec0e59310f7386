"""Takes away from a wrong program what it is wrong without."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from tests.generate.training_programs import Drawn
from tests.generate.training_verdicts import Verdict, judge_training
from tests.training.scripts import Scripts


def reduced(one: Drawn, verdict: Verdict, scripts: Scripts, attempts: int = 80) -> Drawn:
    """A shorter program of which the same is true, without statements and arguments."""
    kind = verdict.signature[:7]
    found = True
    while found and attempts > 0:
        found = False
        for text in shorter(one.text):
            attempts -= 1
            other = replace(one, text=text)
            again = judge_training(other, scripts)
            if again.status == verdict.status and again.signature.startswith(kind):
                one, found = other, True
                break
            if attempts <= 0:
                break
    return one


def shorter(text: str) -> Iterator[str]:
    """The program without one of its statements, without one of its arguments."""
    places = range(sum(1 for _ in _removals(ast.parse(text))))
    for number in places:
        tree = ast.parse(text)
        holder, index = list(_removals(tree))[number]
        del holder[index]
        try:
            yield ast.unparse(tree) + "\n"
        except (ValueError, IndexError):
            continue


def _removals(tree: ast.Module) -> Iterator[tuple[list[ast.AST], int]]:
    """The lists that statements and arguments stand in, the last ones first."""
    blocks = []
    arguments = []
    for node in ast.walk(tree):
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if isinstance(block, list) and (len(block) > 1 or node is tree):
                blocks += [(block, index) for index in range(len(block))]
        if isinstance(node, ast.Call):
            arguments += [(node.keywords, index) for index in range(len(node.keywords))]
    yield from reversed(blocks)
    yield from arguments
