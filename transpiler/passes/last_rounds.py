"""Modules of which the last call gives what nobody reads: Keras leaves their layers out of a model.

for dense, narrow in zip(self.denses, self.narrows):
    h = dense(x)
    skips.append(h)
    x = narrow(h)  # nobody reads that of the last round

So does what a block gives beside what is read: `x, skip = self.last_block(x)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from transpiler.ir import tokens
from transpiler.ir.code import For, If, Line, Node, Return, While
from transpiler.ir.expr import Module, reads
from transpiler.passes.liveness import modules_used, prune
from transpiler.regex import regex

_BLOCK = regex(tokens.ANY_BLOCK)


def unread_at_last(nodes: list[Node], blocks: Mapping[int, list[Node]]) -> dict[str, Module]:
    """The modules among what runs in vain at last, by their tokens.

    `blocks` are the statements of the program's blocks, by their serial numbers.
    """
    found: dict[str, Module] = {}
    for node, live in _with_live(nodes, frozenset()):
        if isinstance(node, (For, While)):
            body, _ = prune(node.body, live, False, None, live)
            plain = modules_used([*(n for n in node.body if not isinstance(n, If))])
            read = modules_used(body)
            found |= {token: module for token, module in plain.items() if token not in read}
            for inner, after in _with_live(body, live):
                found |= _beside(inner, after, blocks)
        else:
            found |= _beside(node, live, blocks)
    return found


def _with_live(nodes: list[Node], live: frozenset[str]) -> Iterator[tuple[Node, frozenset[str]]]:
    """The statements, last ones first, with the names that are read behind each."""
    behind = live
    for node in reversed(nodes):
        yield node, behind
        _, behind = prune([node], behind, False, None, live)


def _beside(
    node: Node, live: frozenset[str], blocks: Mapping[int, list[Node]]
) -> dict[str, Module]:
    """What a block computes in vain, of which but some results are read."""
    if not isinstance(node, Line) or len(node.modules) != 1 or node.parts:
        return {}
    serial = _BLOCK.match(node.modules[0].constructor.text)
    inside = blocks.get(int(serial.group(1))) if serial is not None else None
    left, _, right = node.text.partition(" = ")
    targets = [one.strip() for one in left.strip("()").split(",")]
    if inside is None or len(targets) < 2 or not re.match(rf"\w*\W*{node.modules[0].token}", right):
        return {}
    returns = [n.value for n in inside if isinstance(n, Return)]
    items = _items(returns[0].text) if len(returns) == 1 else []
    wanted = [item for name, item in zip(targets, items, strict=False) if name in live]
    if len(items) != len(targets) or not wanted:
        return {}
    text = ", ".join(wanted)
    used = {name for name in reads(returns[0]) if re.search(rf"(?<!\w){name}(?!\w)", text)}
    kept, _ = prune([n for n in inside if not isinstance(n, Return)], frozenset(used), False)
    read = {*modules_used(kept), *(m.token for m in returns[0].modules if _calls(text, m))}
    return {t: m for t, m in modules_used(inside).items() if t not in read}


def _calls(text: str, module: Module) -> bool:
    return re.search(rf"(?<!\w){re.escape(module.token)}(?!\w)", text) is not None


def _items(text: str) -> list[str]:
    """The elements of a tuple, as source."""
    found, depth = [""], 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and not depth:
            found.append("")
        else:
            found[-1] += sign
    return [one.strip() for one in found]
