"""Statements as text, and what is asked of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.emit.fold import WIDTH, fold
from transpiler.interpret.training import TrainingCall
from transpiler.ir import tokens
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.children import children_of
from transpiler.source.lexical import blanked, names_in
from transpiler.source.suites import leaf_statements
from transpiler.source.tree import Tree

#: What a comprehension, or the head of a loop, binds.
_BOUND = regex(r"\bfor\b(.+?)\bin\b", re.DOTALL)


def named(text: str, attributes: Mapping[str, str], margin: int | None = 0) -> str:
    """A text with the attributes that tokens of modules stand for, its long lines folded.

    margin: how far from the left its first line begins; None where it is within a line.
    """
    if tokens.MODULE not in text:
        return text
    lines: list[str] = []
    for line in text.split("\n"):
        if tokens.MODULE in line:
            for token, attribute in attributes.items():
                line = line.replace(token, attribute)
            inner = len(line) - len(line.lstrip(" "))
            if lines:
                line = folded_sum(line) if _SUM.match(line) else fold(line.lstrip(" "), inner)
            elif margin is not None:
                line = fold(line.lstrip(" "), inner + margin)[margin:]
        lines.append(line)
    return "\n".join(lines)


def edit_with(tree: Tree, attributes: Mapping[str, str], edit: Edit) -> Edit:
    """An edit with the attributes that tokens of modules stand for."""
    before = tree.text[tree.line_start(edit.start) : edit.start]
    return replace(edit, text=named(edit.text, attributes, None if before.strip() else len(before)))


#: A line of the function that adds up penalties.
_SUM = regex(r"    (?:return|total \+?=) .* \* ")

_CHOSEN = regex(r"(    (?:return|total \+?=) )\(([^()]*)\) \* (.*)")


def folded_sum(line: str) -> str:
    """`x = a * (b + c)`, in brackets over several lines where it is too long for one."""
    head, bracket, rest = line.partition(" * (")
    if len(line) <= WIDTH or not bracket:
        summed = line.startswith(("    return ", "    total ")) and " * " in line
        if len(line) <= WIDTH or not summed:
            return line
        chosen = _CHOSEN.fullmatch(line)
        if chosen is not None:  # black splits the brackets that a sum begins with
            return f"{chosen.group(1)}(\n        {chosen.group(2)}\n    ) * {chosen.group(3)}"
        return fold(line.lstrip(), 4)
    inner = rest.removesuffix(")")
    one = f"        {inner}"
    lines = [one] if len(one) <= WIDTH else [f"        {t}" for t in inner.split(" + ")]
    lines = [lines[0], *(f"        + {line.strip()}" for line in lines[1:])]
    return "\n".join([f"{head} * (", *lines, "    )"])


def identifier(key: str) -> str:
    cleaned = re.sub(r"\W", "_", key)
    return cleaned if cleaned.isidentifier() else f"value_{cleaned}"


#: What the loops call other things.
_PARTS = frozenset({"model", "loader", "optimizer", "criterion", "device", "inputs", "targets"})


def identifiers(keys: list[str]) -> dict[str, str]:
    """Variables for keys, no two alike."""
    found: dict[str, str] = {}
    for key in keys:
        name = identifier(key)
        name = f"{name}_value" if name in _PARTS else name
        while name in found.values():
            name += "_"
        found[key] = name
    return found


def printed(head: str, values: dict[str, str]) -> list[str]:
    """The line of an epoch, as Keras prints it."""
    entries = {key: f"{key}: {{{value}:.4f}}" for key, value in values.items()}
    training = " - ".join(e for key, e in entries.items() if not key.startswith("val_"))
    validation = "".join(f" - {e}" for key, e in entries.items() if key.startswith("val_"))
    one = f'print(f"{head}{training}{validation}")'
    if len(one) + 4 <= WIDTH:
        return [one]
    parts = [part for text in (f"{head}{training}", validation) for part in _cut(text)]
    return ["print(" + " ".join(f'f"{part}"' for part in parts) + ")"]


def replaced_in(text: str) -> str:
    """An expression in a place of an f-string in double quotes."""
    if '"' in text and "'" in text:
        raise Unsupported(f"{text} in a line that is printed")
    return "{" + text.replace('"', "'") + "}"


def _cut(text: str) -> list[str]:
    """The entries of a line, as many together as fit."""
    found: list[str] = []
    for entry in re.split(r"(?= - )", text):
        if found and len(found[-1] + entry) <= WIDTH - 12:
            found[-1] += entry
        elif entry:
            found.append(entry)
    return found


def distinct(lines: Iterable[str]) -> list[str]:
    """Statements without those that were there before; what is inside of others goes with them.

    What the program itself does, in functions that callbacks call, is done each time.
    """
    whole: list[str] = []
    for line in lines:
        if whole and line.startswith((" ", "else:", "elif ")):
            whole[-1] += f"\n{line}"
        else:
            whole.append(line)
    kept = [s for i, s in enumerate(whole) if s not in whole[:i] or not _ONCE.fullmatch(s)]
    return [line for statement in kept for line in statement.split("\n")]


#: Variables that get their first values, folders that are made, ends of the loop; also by a
#: condition.
_ONCE = regex(r"(?:(?:if|elif|else)\b.*:\n)*\s*(?:[\w, ]+ = .*|os\.makedirs\(.*|break)(?:\n\s.*)*")


def simple_statements(root: cst.Module | cst.FunctionDef) -> list[cst.SimpleStatementLine]:
    """The simple statements of a room, those in its branches and loops too."""
    body = root.body if isinstance(root, cst.Module) else root.body.body
    return [s for s in leaf_statements(list(body)) if isinstance(s, cst.SimpleStatementLine)]


def statement_of(
    tree: Tree, root: cst.Module | cst.FunctionDef, node: cst.CSTNode
) -> cst.SimpleStatementLine | None:
    """The simple statement of a room that holds a node."""
    span = tree.span(node)
    return next((s for s in simple_statements(root) if holds(tree.span(s), span)), None)


def bound_by(tree: Tree, statement: cst.SimpleStatementLine | None) -> str:
    """What a statement that only assigns to one thing assigns to, "" if it is another one."""
    node = statement.body[0] if statement is not None and len(statement.body) == 1 else None
    if isinstance(node, cst.AnnAssign):
        return tree.source(node.target)
    if not isinstance(node, cst.Assign) or len(node.targets) != 1:
        return ""
    return tree.source(node.targets[0].target)


def bound_to(tree: Tree, statement: cst.SimpleStatementLine | None, node: cst.CSTNode) -> str:
    """What gets an expression as its value, or that under a condition; "" where nothing does.

    a, b = build(3), build(4)
    """
    match statement.body if statement is not None else ():
        case [
            cst.Assign(
                targets=[cst.AssignTarget(cst.Tuple(elements=names))],
                value=cst.Tuple(elements=values),
            )
        ] if len(names) == len(values):
            pairs = zip(names, values, strict=True)
            return next((tree.source(n.value) for n, v in pairs if v.value is node), "")
        case [cst.Assign(value=value) | cst.AnnAssign(value=value)] if _is_value(value, node):
            return bound_by(tree, statement)
    return ""


def _is_value(given: cst.BaseExpression | None, node: cst.CSTNode) -> bool:
    """Whether an expression is a node, under some condition."""
    pending = [given]
    while pending:
        found = pending.pop()
        if found is node:
            return True
        if isinstance(found, cst.IfExp):
            pending += [found.body, found.orelse]
    return False


def is_repeated(tree: Tree, offset: int) -> bool:
    """Whether what stands in a place is in a loop, a comprehension or a lambda.

    Of the function that it is in; what is around that counts where the function is called.
    """
    return bool(repeating(tree, offset))


def repeating(tree: Tree, offset: int) -> list[cst.CSTNode]:
    """What runs again and again what stands in a place, from the outermost to the innermost."""
    around = _around(tree, offset)
    inner = [i for i, node in enumerate(around) if isinstance(node, cst.FunctionDef)]
    kinds = (cst.For, cst.While, cst.BaseComp, cst.Lambda)
    return [node for node in around[inner[-1] if inner else 0 :] if isinstance(node, kinds)]


def functions_around(tree: Tree, offset: int) -> list[cst.FunctionDef]:
    """The functions around a place, from the outermost to the innermost one."""
    return [node for node in _around(tree, offset) if isinstance(node, cst.FunctionDef)]


def _around(tree: Tree, offset: int) -> list[cst.CSTNode]:
    """The nodes around a place, from the module on."""
    found: list[cst.CSTNode] = []
    pending: list[cst.CSTNode] = [tree.module]
    while pending:
        node = pending.pop()
        if not tree.has_span(node):
            pending += children_of(node)
        elif within(offset, [tree.span(node)]):
            found.append(node)
            pending = children_of(node)
    return found


def holds(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def begins_loop(lines: list[str]) -> bool:
    return any(line.startswith("for ") for line in lines)


def within(offset: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= offset < end for start, end in spans)


def is_statement(statement: cst.CSTNode, node: cst.CSTNode) -> bool:
    """Whether a statement is a call and nothing else."""
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    return isinstance(small, cst.Expr) and small.value is node


def is_nested(text: str) -> bool:
    return bool(re.search(r"\b(lambda|for)\b", blanked(text)))


def is_made_once(text: str, call: TrainingCall) -> bool:
    """Whether what a call is given is the same in all rounds of the comprehensions around it."""
    code = blanked(text)
    bound = {name for found in _BOUND.findall(code) for name in names_in(found)}
    texts = [given.text for given in call.given.values()]
    again = any("(" in text or bound & names_in(text) for text in texts)
    return not again and "lambda" not in code and ":=" not in code


def block(lines: list[str], indent: int) -> str:
    """Statements at an indentation, long ones folded."""
    found = []
    for line in lines:
        inner = len(line) - len(line.lstrip(" "))
        if not line:
            found.append("")
        elif line.lstrip().startswith("#"):
            found.append(" " * indent + line)
        elif line.startswith(("print(",), inner) and '" f"' in line:
            pad = " " * (indent + inner)
            parts = line.strip()[len("print(") : -1].replace('" f"', f'"\n{pad}    f"')
            found.append(f"{pad}print(\n{pad}    {parts}\n{pad})")
        else:
            found.append(fold(line.lstrip(" "), indent + inner))
    return "\n".join(found)


def blocks_joined(lines: list[str], head: str) -> list[str]:
    """Lines in which blocks that follow each other under one condition are one."""
    found: list[str] = []
    open_block = False  #: whether the last line is of a block under that condition
    for line in lines:
        if line == head and open_block:
            continue
        open_block = line == head or (open_block and line.startswith(" "))
        found.append(line)
    return found
