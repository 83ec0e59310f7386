"""Models that a program calls on data, and whose results it uses as arrays.

p = model(x[:1], training=False).numpy()       p = predict(model, x[:1])
np.argmax(model(x), axis=1)                    np.argmax(predict(model, x), axis=1)
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from transpiler.emit.edits import Edit
from transpiler.emit.training.array_uses import ArrayUses
from transpiler.emit.training.asking_data import check_called
from transpiler.emit.training.data import is_listed
from transpiler.emit.training.lines import holds, within
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.predicting import predictor, spread_out
from transpiler.interpret.training import may_be
from transpiler.interpret.values import Framework
from transpiler.ir.tensor import Unsupported
from transpiler.regex import regex
from transpiler.source.lexical import names_read

#: A tensor of TensorFlow, made of what is no call itself.
_TENSOR = regex(
    r"(?<![\w.])(\w+)\.(?:constant|convert_to_tensor)"
    r"\(\s*([^(),]+(?:\[[^\[\]]*\])?)(?:,\s*(?:dtype\s*=\s*)?[\w.]*float32)?\s*\)"
)


def rewrite_calls(writer: ModelWriter) -> None:
    """Each call whose result is only used as an array becomes one of the function that predicts."""
    if f"{writer.variable}(" not in writer.tree.text:
        return  # the usual case, without parsing
    text, others = writer.tree.text, list(writer.shared.calls)
    uses = ArrayUses(writer.shared, writer.room, writer.variable)
    places = writer.shared.places(writer.room, writer.variable)
    known = _called(writer) if len([p for p in places if p.binds]) > 1 else None
    for place in places:
        end = _closed(writer, place.end)
        if place.binds or place.attribute or not end or within(place.start, others):
            continue
        if known is not None and place.start not in known:
            continue  # the variable holds something else there
        given, training = _given(writer, text[place.end + 1 : end - 1])
        gone = uses.gone((place.start, end))
        if given is None or gone is None:
            continue
        check_called(writer, place.start)
        refuse_called_inside(writer, (place.start, end))
        called = f"{predictor(writer, training)}({writer.variable}, {given})"
        put_in_place(writer, (place.start, end), called)
        for spot in gone:
            put_in_place(writer, spot, "")


def _called(writer: ModelWriter) -> set[int]:
    """Where the room calls the model on data, as far as its statements were followed."""
    calls, model = writer.room.region.calls_on_data, writer.training.model
    mine = (call for call in calls if may_be(call.model, model))
    return {writer.tree.span(call.node)[0] for call in mine}


def refuse_called_inside(writer: ModelWriter, span: tuple[int, int]) -> None:
    """Refuse a model that is called on arrays in an argument of the call of a model."""
    called = [writer.tree.span(call.node) for call in writer.room.region.calls_on_data]
    if any(holds(span, one) for one in called if one != span):
        raise Unsupported(
            "a model is called in its arguments: give `numpy()` of what that gives a name"
        )


def _closed(writer: ModelWriter, start: int) -> int:
    """Where a bracket ends that begins at a place; 0 where none does."""
    text = writer.tree.blanked
    depth = 0
    for position in range(start, len(text) if text[start : start + 1] in ("(", "[") else start):
        depth += (text[position] in "([{") - (text[position] in ")]}")
        if depth == 0:
            return position + 1
    return 0


def _given(writer: ModelWriter, text: str) -> tuple[str | None, bool]:
    """The arrays that the model is called on, and whether in training mode.

    None for arrays that are not understood.
    """
    framework = writer.shared.file.globals
    text = _TENSOR.sub(lambda found: _array_of(framework, found), text)
    call = ast.parse(f"f({text})", mode="eval").body
    assert isinstance(call, ast.Call)
    options = [*call.args[1:], *(k.value for k in call.keywords if k.arg == "training")]
    modes = {bool(one.value) if isinstance(one, ast.Constant) else None for one in options}
    alone = len(call.args) in (1, 2) and len(options) == len(call.args) + len(call.keywords) - 1
    ours = any(isinstance(framework.get(name), Framework) for name in names_read(text))
    if not alone or len(modes) > 1 or None in modes or ours:
        return None, False
    arrays: list[ast.expr] = [call.args[0]]
    if is_listed(writer.built):
        whole = ast.get_source_segment(f"f({text})", call.args[0]) or ""
        return spread_out(writer, whole), True in modes
    if len(writer.built.inputs) > 1:
        arrays = call.args[0].elts if isinstance(call.args[0], (ast.List, ast.Tuple)) else []
    sources = [ast.get_source_segment(f"f({text})", one) or "" for one in arrays]
    if len(sources) != len(writer.built.inputs) or any(isinstance(a, ast.Starred) for a in arrays):
        return None, False
    return ", ".join(map(writer.as_array, sources)), True in modes


def _array_of(framework: Mapping[str, object], found: re.Match[str]) -> str:
    """What TensorFlow makes a tensor of, which the model would get as such."""
    known = framework.get(found.group(1))
    return found.group(2) if isinstance(known, Framework) and known.name == "tf" else found.group()


def put_in_place(writer: ModelWriter, span: tuple[int, int], text: str) -> None:
    """Put something else in a place, which may be in a statement that changes otherwise."""
    writer.shared.replaced[span] = text
    around = (s for s in writer.statements.values() if holds(writer.tree.span(s[0]), span))
    statement = next(around, None)
    if statement is not None:
        statement[2][span] = text
    else:
        writer.edits.append(Edit(*span, text))
