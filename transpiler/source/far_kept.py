"""What objects of the classes of other files get, beside what they are made with.

registry = Registry()
registry.add("a", model)        # its methods may ask the model, from now on
state.model = model
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.source.far_frames import (
    NOTHING,
    Box,
    Frame,
    Made,
    Object,
    Row,
    Thing,
    Value,
    inside,
)
from transpiler.source.far_values import arguments, class_frame, frame_for, value_of

Kept = dict[ast.AST, dict[str, Value]]


def kept_by_others(module: Frame) -> Kept:
    """What the code of a module gives them, by their classes, as `Object` has it."""
    found: Kept = {}
    for frame in _bodies(module, NOTHING):
        for node in inside(frame.node):
            for made, name, value in _given(node, frame):
                if made.frame.path != module.path and _is_of_interest(value):
                    by_name = found.setdefault(made.node, {})
                    by_name[name] = by_name.get(name, NOTHING) | value
    return found


def _bodies(frame: Frame, of: Value) -> Iterator[Frame]:
    """The frames of a module and of all that is defined in it."""
    yield frame
    for node in inside(frame.node):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                yield from _bodies(frame_for(Made(node, frame, of), {}), NOTHING)
            case ast.ClassDef():
                made = Made(node, frame)
                yield from _bodies(class_frame(made), frozenset({Object(made)}))


def _given(node: ast.AST, frame: Frame) -> Iterator[tuple[Made, str, Value]]:
    """The classes of the objects that a node gives something, and what, by its name."""
    match node:
        case ast.Call(func=ast.Attribute()):
            for method in value_of(node.func, frame):
                if not isinstance(method, Made) or isinstance(method.node, ast.ClassDef):
                    continue
                called = getattr(method.node, "name", "")
                for one in method.of:
                    if isinstance(one, Object):
                        for name, value in arguments(method, node, frame).items():
                            yield one.made, f"{called}.{name}", value
        case ast.Assign(targets=[ast.Attribute(value=of, attr=name)], value=given):
            for one in value_of(of, frame):
                if isinstance(one, Object):
                    yield one.made, f".{name}", value_of(given, frame)


def _is_of_interest(value: Value) -> bool:
    """Whether it may be a model, or something that makes or holds some."""
    return any(
        isinstance(one, (Thing, Made, Object))
        or (isinstance(one, Box) and _is_of_interest(one.held))
        or (isinstance(one, Row) and any(map(_is_of_interest, one.parts)))
        for one in value
    )
