"""Metrics that are classes of the program's own: an object of each counts the batches of an epoch.

f1 = F1()                       # before the first batch
f1.update(targets, outputs)     # with each
f1.compute()                    # after the last
"""

from __future__ import annotations

import ast
import re

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.metric_parts import argument
from transpiler.interpret.functions.own_metrics import (
    OF_KERAS,
    class_of_metric,
    dropped_parameters,
    given_to_keras,
    methods_of,
    problem_of,
    states_of,
)
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.layers.names import snake_case
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Bound, Static, UserClass, Value
from transpiler.ir.expr import Expr, joined
from transpiler.ir.notes import all_said
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Metric, Prediction
from transpiler.lower.metric_parts import written_parts
from transpiler.lower.predictions import activated, column_note, is_steady, takes_classes
from transpiler.lower.remarks import shared_object
from transpiler.regex import regex
from transpiler.source.made_later import why_another
from transpiler.source.object_uses import use_of_object
from transpiler.source.syntax import all_in


def metric_of_class(
    file: FileContext, compiles: TrainingCall, value: Value, seen: Prediction
) -> tuple[str, Metric]:
    """An object for each epoch; also its key in the history."""
    made = class_of_metric(value)
    assert made is not None
    assert isinstance(value, Static)
    if made.file is not file:
        raise Unsupported(f"`{made.name}` is a metric of another file")
    if problem := problem_of(made):
        raise Unsupported(problem)
    methods = methods_of(made)
    summaries = [compiles.own.get(id(methods[name].node)) for name in _COMPUTE if name in methods]
    if None in summaries:
        raise Unsupported(f"`{made.name}` is not understood as a metric of tensors")
    found = [summary for summary in summaries if summary is not None]
    result = found[-1].result
    if len(found) == 2 and not (isinstance(result, Bound) and _is_number(result)):
        raise Unsupported(f"the result of `{made.name}` is not known to be one number")
    if seen.classes != takes_classes(found[0], seen):
        raise Unsupported(f"`{made.name}` with {'' if seen.classes else 'no '}classes as targets")
    _refuse_used(file, compiles, made, value)
    call = construction(file, made, value)
    assert found[0].region is not None
    parts = written_parts(file, made, found[0].region, _given_to_base(call))
    given = arguments_of(made, call)
    if given.get("dtype", "None") not in ("None", "'float32'", "tf.float32"):
        raise Unsupported(f"`{made.name}` that counts in another type than float32")
    key = _key(file, made, given)
    constructor = _constructor(file, made, value, call)
    of, until = file.tree.source(made.node), compiles.until
    if why := why_another(file.path, file.tree.text, ast.unparse(call), of, until):
        raise Unsupported(f"{why} changes what the metric `{made.name}` is: each epoch makes one")
    variable = re.sub(r"^(?=\d)|\W", "_", key)
    if variable in file.globals:
        variable += "_metric"
    batch = joined(f"{seen.targets}, {activated(seen)}", 0, seen.targets, activated(seen))
    label = key.replace("_", " ")
    sums = ((variable, batch),)
    shared = shared_object(file, compiles, value.expr.text)
    note = all_said(shared, column_note(made.name, found[0], seen), *(p.note for p in parts))
    kept = {f"self.{state.name}" for state in states_of(made)}
    if file.options.keras != "2" and isinstance(result, Bound) and result.tensor.code.text in kept:
        note = all_said(f"`{made.name}` {_ITSELF}", note)
    return key, Metric(key, sums, "float({0}.compute())", label, note=note, made=constructor)


def _refuse_used(file: FileContext, compiles: TrainingCall, made: UserClass, value: Static) -> None:
    """Refuse what is asked of an object, or set in it: each epoch counts with another one."""
    names = [value.expr.text, *(given.text for n in _METRICS if (given := compiles.given.get(n)))]
    for name in dict.fromkeys(filter(str.isidentifier, names)):
        states = frozenset(state.name for state in states_of(made))
        kept = states.union(_KEPT.findall(file.tree.source(made.node)))
        if use := use_of_object(file.tree.text, file.path, name, states | _ASKED, kept):
            raise Unsupported(
                f"`{made.name}`: {use} uses the object that `compile` gets; here each epoch "
                f"counts with a new one"
            )


_METRICS = ("metrics", "weighted_metrics")
#: What a metric of Keras has that those of torch lack.
_ASKED = frozenset({
    "result", "update_state", "reset_state", "reset_states", "variables", "weights", "get_config",
})  # fmt: skip
_KEPT = regex(r"\bself\.(\w+)\s*(?::[^=\n]+|[-+*/])?=(?!=)")


def _given_to_base(call: ast.Call) -> tuple[tuple[str, Expr], ...]:
    """What Keras's constructor gets of an object whose class has none of its own."""
    places = [("", node) for node in call.args]
    named = [(str(k.arg), k.value) for k in call.keywords if k.arg not in OF_KERAS]
    return tuple((keyword, argument(_source(node))) for keyword, node in (*places, *named))


_ITSELF = (
    "gives a variable itself as its result, which Keras 3 reads after the validation: it shows the "
    "value of that for the training, too; here each has its own"
)
#: The methods that compute something.
_COMPUTE = ("update_state", "result")


def _is_number(value: Bound) -> bool:
    return value.tensor.number


def construction(file: FileContext, made: UserClass, value: Static) -> ast.Call:
    """The call that makes the object, also where a variable holds it."""
    text = value.expr.text
    if text.isidentifier():
        places = re.findall(rf"^{text}\s*=(?!=)\s*(.*)$", file.tree.text, re.M)
        others = re.findall(rf"(?<![\w.]){text}\s*=(?!=)", file.tree.blanked)
        text = places[0] if len(places) == len(others) == 1 else ""
    try:
        parsed = ast.parse(text.partition("  #")[0].strip(), mode="eval").body
    except SyntaxError:
        parsed = None
    if not isinstance(parsed, ast.Call) or not isinstance(parsed.func, ast.Name):
        raise Unsupported(f"how the `{made.name}` is made is not seen")
    if any(isinstance(a, ast.Starred) for a in parsed.args) or not all(
        k.arg for k in parsed.keywords
    ):
        raise Unsupported(f"`{made.name}` gets arguments that are not known one by one")
    return parsed


def arguments_of(made: UserClass, call: ast.Call) -> dict[str, str]:
    """What the constructor gets, by the names of its parameters."""
    initializer = methods_of(made).get("__init__")
    parameters = parameters_of(initializer.node) if initializer is not None else []
    names = [p.name for p in parameters if not p.star][1:]
    found = dict(zip(names, map(ast.unparse, call.args), strict=False))
    return found | {str(k.arg): ast.unparse(k.value) for k in call.keywords}


def _constructor(file: FileContext, made: UserClass, value: Static, call: ast.Call) -> Expr:
    """How an object is made without what only Keras reads."""
    initializer = methods_of(made).get("__init__")
    if initializer is None:  # what Keras's gets is in the class that stands for it
        return Expr(f"{made.name}()", strength=value.expr.strength)
    gone = dropped_parameters(initializer)
    names = [p.name for p in parameters_of(initializer.node) if not p.star][1:]
    known = {*names} - {*gone}
    unknown = [k.arg for k in call.keywords if k.arg not in known and k.arg not in OF_KERAS]
    if unknown or len(call.args) > len(names):
        raise Unsupported(f"`{made.name}` gets arguments that it hands on to Keras")
    parts: list[str] = []
    plain = True
    for name, node in zip(names, call.args, strict=False):
        text = _source(node)
        if name in gone:
            plain = False
        else:
            parts.append(text if plain else f"{name}={text}")
    parts += [f"{k.arg}={_source(k.value)}" for k in call.keywords if k.arg in known]
    for word in {n.id for n in all_in(call) if isinstance(n, ast.Name)} - {made.name}:
        if not is_steady(file, word) and any(re.search(rf"\b{word}\b", part) for part in parts):
            raise Unsupported(f"the metric `{made.name}` depends on `{word}`: give it a name")
    return Expr(f"{made.name}({', '.join(parts)})", strength=value.expr.strength)


def _source(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text.replace("'", '"') if '"' not in text else text


def _key(file: FileContext, made: UserClass, given: dict[str, str]) -> str:
    """The name under which Keras keeps its values."""
    text = given_to_keras(made, given)
    if text is None:
        if len(re.findall(rf"(?<!class )\b{made.name}\(", file.tree.blanked)) > 1:
            raise Unsupported(f"`{made.name}` without a name, for which Keras counts its objects")
        return snake_case(made.name)
    try:
        name = ast.literal_eval(text)
    except ValueError:
        name = None
    if not isinstance(name, str):
        raise Unsupported(f"the name of the metric `{made.name}` is not known")
    return name
