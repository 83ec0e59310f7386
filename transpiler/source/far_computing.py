"""What computes with tensors of torch once it is converted: functions, and objects of classes.

def rmse(y_true, y_pred):                   # "rmse"
def pinball(q):
    def loss(y_true, y_pred):               # "pinball.loss": what `pinball(0.5)` gives
class Scaled(keras.losses.Loss):            # "Scaled": what `Scaled(2.0)` gives
"""

from __future__ import annotations

import ast
from collections.abc import Collection

from transpiler.source.far_frames import Atom, Made, Name, Object, Thing
from transpiler.source.far_kinds import FRAMEWORKS
from transpiler.source.far_values import family, value_of

CALLED = "()"
HANDED = "(...)"  #: given to what is not of the project, which may call it
NO_FILE = "<text>"  #: stands for the path of a text that has none
#: What is asked of them, by what they are.
COMPUTING = {
    "function": frozenset({CALLED}),
    "loss": frozenset({CALLED, "name", "call", "reduction", "get_config", "dtype"}),
    "penalty": frozenset({CALLED, "get_config"}),
    "metric": frozenset(
        {CALLED, "name", "update_state", "result", "reset_state", "reset_states", "get_config",
         "variables", "dtype"}
    ),
    "callback": frozenset({"model", "params", "validation_data"}),
}  # fmt: skip
#: The kinds of objects, by the modules of their bases in Keras.
_KINDS = {
    "losses": "loss", "Loss": "loss", "metrics": "metric", "Metric": "metric",
    "regularizers": "penalty", "constraints": "penalty",
    "callbacks": "callback", "Callback": "callback",
}  # fmt: skip


def computing(one: Atom) -> Thing | None:
    """What a value is that computes, if it does: of functions it is the conversion that knows."""
    match one:
        case Made(node=ast.FunctionDef(name=name), frame=frame, of=of):
            if any(isinstance(each, Object) and _kind(each) for each in of):
                return None  # a method of one of those
            outer = getattr(frame.node, "name", "")
            return Thing("function", frame.path, f"{outer}.{name}" if outer else name)
        case Object(made=Made(node=ast.ClassDef(name=name), frame=frame)) if kind := _kind(one):
            return Thing(kind, frame.path, name)
    return None


def is_among(thing: Thing, functions: Collection[str]) -> bool:
    """Whether it is among those that a conversion has made functions of tensors, or their class."""
    return (f"def {thing.made}" if thing.kind == "function" else thing.made) in functions


#: What only keeps a function, or looks at it.
_KEEPING = frozenset(
    {"print", "isinstance", "issubclass", "callable", "id", "hash", "type", "repr", "str", "len",
     "format", "vars", "dir", "getattr", "setattr", "hasattr", "list", "tuple", "dict", "set",
     "frozenset", "zip", "enumerate", "iter", "reversed", "super", "property", "staticmethod",
     "classmethod"}
)  # fmt: skip
_LOOKING = frozenset(
    {"copy", "dataclasses", "inspect", "json", "logging", "pickle", "pprint", "types", "typing",
     "warnings", "weakref", "joblib", "dill", "cloudpickle"}
)  # fmt: skip
_WRAPPING = ("functools.wraps", "functools.update_wrapper", "functools.lru_cache")


def may_call(callee: Atom, node: ast.Call) -> bool:
    """Whether what is called there is of a library, or of Python, and may call what it gets."""
    if not isinstance(callee, Name) or callee.dotted in _KEEPING or callee.dotted in _WRAPPING:
        return False
    if callee.dotted == "functools.partial" and len(node.args) == 1:
        return False  # it is what it gets
    return callee.dotted.partition(".")[0] not in (*FRAMEWORKS, *_LOOKING)


def _kind(one: Object) -> str:
    """Which of Keras's classes an object's class is derived from, if that computes."""
    for made in family(one.made):
        assert isinstance(made.node, ast.ClassDef)
        for base in made.node.bases:
            for value in value_of(base, made.frame):
                names = value.dotted.split(".") if isinstance(value, Name) else [""]
                found = [_KINDS[name] for name in names if name in _KINDS]
                if names[0] in FRAMEWORKS and found:
                    return found[0]
    return ""
