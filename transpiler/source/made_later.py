"""Why an object of the program's own would be another one if it were made at a later time.

callbacks = [Warmup(config.steps)]      # made here, and written where `fit` gets the list
config.steps = 10
model.fit(x, y, callbacks=callbacks)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from textwrap import dedent

from transpiler.source.acting import acts
from transpiler.source.changing import changed
from transpiler.source.paths_read import paths_in
from transpiler.source.syntax import all_in, python_tree
from transpiler.source.unfollowed import OF_MODELS

#: What gives the same whenever it is called, as its arguments are looked at.
_AT_ANY_TIME = frozenset({
    "abs", "dict", "float", "int", "len", "list", "max", "min", "os.path.join", "round", "str",
    "tuple",
})  # fmt: skip
#: What is asked of models, and means another thing, or nothing, of modules.
_OF_MODELS = frozenset({
    *OF_MODELS, "inputs", "layers", "optimizer", "outputs", "trainable", "weights",
})  # fmt: skip


def why_another(path: str, text: str, made: str, of: str, end: int | None) -> str:
    """What is not the same any more when a call of a class is evaluated at `end`; "" of nothing.

    The call is an expression that the `text` of a file has before; None is any later time. What
    the constructor reads, `of` the class as it is written, counts like what it is given.
    """
    places = [*_places(text, made)]
    if end is not None:
        places = [place for place in places[::-1] if place <= end]
    if not places:
        return ""  # it is made there, or elsewhere
    called = [*_called_for(made)]
    if acts(made, text, path) or not _AT_ANY_TIME.issuperset(called):
        return f"what `{called[0] if called else made}` does"
    expression = ", ".join([made, *_read_by_constructor(of)])
    found = changed(path, text, f"({expression},)", places[0], end)
    return f"`{found}`" if found else ""


def asks_model(made: str, model: str = "") -> bool:
    """Whether what a call is given is asked of a model: `Watch(model.get_weights())`.

    Of any one, that is what nothing else has.
    """
    parsed = python_tree(made)
    for node in all_in(parsed) if parsed is not None else ():
        match node:
            case ast.Attribute(value=of, attr=name) if name in (_OF_MODELS if model else OF_MODELS):
                if model in ("", ast.unparse(of)):
                    return True
            case ast.Call(func=called) if ast.unparse(called) == model:
                return True
    return False


def _places(text: str, made: str) -> Iterator[int]:
    """Behind which places of a text a call stands, however it is laid out there."""
    wanted = _bare(made)
    head = re.escape(made.partition("(")[0])
    for found in re.finditer(rf"(?<![\w.]){head}\s*\(", text):
        start = found.start()
        if _bare(text[start : start + 4 * len(made) + 80]).startswith(wanted):
            yield start + len(made)


def _bare(source: str) -> str:
    return re.sub(r"\s", "", source).replace("'", '"')


def _called_for(made: str) -> Iterator[str]:
    """What the arguments of a call are computed by."""
    match python_tree(made):
        case ast.Module(body=[ast.Expr(ast.Call() as call)]):
            for given in (*call.args, *(keyword.value for keyword in call.keywords)):
                for node in all_in(given):
                    if isinstance(node, ast.Call):
                        yield ast.unparse(node.func)


def _read_by_constructor(of: str) -> list[str]:
    """What of its module the constructor of a class reads beside its arguments."""
    parsed = python_tree(dedent(of))
    reads: dict[str, None] = {}
    for function in all_in(parsed) if parsed is not None else ():
        if isinstance(function, ast.FunctionDef) and function.name == "__init__":
            nodes = [node for statement in function.body for node in all_in(statement)]
            own = {one.arg for one in all_in(function.args) if isinstance(one, ast.arg)}
            own |= {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            paths = (path for node in function.body for path in paths_in(node))
            reads |= dict.fromkeys("".join(path) for path in paths if path[0] not in own)
    return [one for one in reads if python_tree(one) is not None]
