"""Metrics that are classes of the program's own: what they keep, and how a batch changes it.

class F1(keras.metrics.Metric):
    def __init__(self, name="f1", **kwargs):
        super().__init__(name=name, **kwargs)
        self.hits = self.add_weight(name="hits", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.hits.assign_add(tf.reduce_sum(y_true * y_pred))
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.dispatch import evaluate, provides
from transpiler.interpret.functions.metric_parts import (
    BASE,
    OF_VALUES,
    arguments_in,
    part_in,
)
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.functions.summaries import summarize, symbol_of
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.summary import Summary
from transpiler.interpret.tensors.names import emit_before
from transpiler.interpret.values import (
    Bound,
    Framework,
    Function,
    Part,
    Static,
    UserClass,
    Value,
)
from transpiler.ir.code import Line
from transpiler.ir.expr import ADD, POSTFIX, Expr, reads
from transpiler.ir.tensor import Layout, Tensor
from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.patched_methods import patched

#: The base that keeps what the class says; Keras has it under two names.
BASES = ("keras.metrics.Metric", "keras.Metric")
#: Methods that have a counterpart, or that nobody needs any more.
_METHODS = {
    "__init__", "update_state", "result", "reset_state", "reset_states", "get_config",
    "from_config",
}  # fmt: skip
#: Arguments of a constructor that only Keras reads.
OF_KERAS = ("name", "dtype")
_RESETS = ("reset_state", "reset_states")


@record(frozen=True, slots=True)
class State:
    """What a metric keeps of the batches of an epoch; it begins with zeros."""

    name: str
    sizes: tuple[str, ...]  #: of its axes, as the program writes them
    dtype: str
    statement: cst.CSTNode
    tracked: bool = True  #: whether it is among the variables that Keras knows of the object

    @property
    def tensor(self) -> Bound:
        """What the methods see of it."""
        name = f"self.{self.name}"
        code = Expr(name, strength=POSTFIX, names=frozenset({(name, 0)}))
        if not self.sizes:
            return Bound(Tensor(code, None, dtype=self.dtype, number=True))
        return Bound(Tensor(code, (None,) * (len(self.sizes) - 1), Layout.LAST, self.dtype))


def class_of_metric(value: Value) -> UserClass | None:
    """The class of the program's own that a metric is an object of."""
    made = value.expr.value if isinstance(value, Static) else None
    return made if isinstance(made, UserClass) and is_class_of_metric(made) else None


def is_class_of_metric(made: UserClass) -> bool:
    """Whether a class is derived from one of Keras's metrics."""
    base = made.bases[0] if made.bases else ""
    return base in BASES or base.startswith("keras.metrics.")


def parts_of(made: UserClass) -> dict[str, Part]:
    """The metrics of Keras that it holds, and the one that it is derived from, by their places."""
    initializer = methods_of(made).get("__init__")
    statements = list(statements_of(initializer)) if initializer is not None else []
    found = [part_in(initializer, s) for s in statements if initializer is not None]
    parts = {part.place: part for part in found if part is not None}
    if made.bases[0] in BASES:
        return parts
    arguments: tuple[tuple[str, Expr], ...] = ()
    call = None
    for statement in statements:
        if isinstance(statement, cst.Expr) and SUPER.match(made.file.tree.source(statement)):
            assert isinstance(statement.value, cst.Call)
            assert initializer is not None
            call = statement.value
            arguments = arguments_in(initializer, call.args)
    return {BASE: Part(BASE, made.bases[0], arguments, call), **parts}


def methods_of(made: UserClass) -> dict[str, Function]:
    """The methods of a class, by name."""
    found: dict[str, Function] = made.file.class_methods.get(made.name, {})
    return found


def statements_of(method: Function) -> Iterator[cst.BaseSmallStatement | cst.CSTNode]:
    """The statements of a method one by one, without its docstring; compound ones whole."""
    assert isinstance(method.node, cst.FunctionDef)
    for statement in method.node.body.body:
        if not isinstance(statement, cst.SimpleStatementLine):
            yield statement
            continue
        for small in statement.body:
            text = isinstance(small, cst.Expr) and isinstance(
                small.value, (cst.SimpleString, cst.ConcatenatedString)
            )
            if not text and not isinstance(small, cst.Pass):
                yield small


def states_of(made: UserClass) -> tuple[State, ...]:
    """What the constructor of a metric makes to keep. Raises GiveUp where that is not zeros."""
    initializer = methods_of(made).get("__init__")
    if initializer is None:
        return ()
    found = (_state(initializer, statement) for statement in statements_of(initializer))
    return tuple(state for state in found if state is not None)


def _state(initializer: Function, statement: cst.CSTNode) -> State | None:
    match statement:
        case cst.Assign(
            targets=[
                cst.AssignTarget(target=cst.Attribute(value=cst.Name("self"), attr=cst.Name(name)))
            ],
            value=cst.Call(func=func, args=args),
        ) | cst.AnnAssign(
            target=cst.Attribute(value=cst.Name("self"), attr=cst.Name(name)),
            value=cst.Call(func=func, args=args),
        ):
            pass
        case _:
            return None
    source = initializer.file.tree.source
    plain = [a.value for a in args if a.keyword is None and not a.star]
    named = {a.keyword.value: a.value for a in args if a.keyword is not None}
    symbol = symbol_of(initializer, func)
    if isinstance(symbol, Framework) and symbol.name in ("tf.Variable", "keras.backend.variable"):
        start = plain[0] if plain else named.get("initial_value", named.get("value"))
        if start is None or not re.fullmatch(r"0(\.0*)?", source(start)):
            raise GiveUp(f"`self.{name}` does not begin with a zero", statement)
        whole = isinstance(start, cst.Integer) and symbol.name == "tf.Variable"
        dtype = _dtype(initializer, named.get("dtype"), "int32" if whole else "float32")
        return State(name, (), dtype, statement, initializer.file.options.keras == "2")
    if not re.fullmatch(r"(self|super\(.*\))\.add_(weight|variable)", source(func)):
        return None
    order = ["name", "shape"] if plain and isinstance(plain[0], cst.SimpleString) else ["shape"]
    order += ["initializer", "dtype"]
    given = {**dict(zip(order, plain, strict=False)), **named}
    start = given.get("initializer")
    if start is None or not _is_zeros(initializer, start):
        raise GiveUp(f"`self.{name}` does not begin with zeros", statement)
    sizes: tuple[str, ...] = ()
    shape = given.get("shape")
    if isinstance(shape, (cst.Tuple, cst.List)):
        sizes = tuple(source(element.value) for element in shape.elements)
    elif shape is not None:
        raise GiveUp(f"how many axes `self.{name}` has is not known", statement)
    return State(name, sizes, _dtype(initializer, given.get("dtype"), "float32"), statement)


def _is_zeros(function: Function, node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.SimpleString):
        return str(node.evaluated_value).lower() == "zeros"
    symbol = symbol_of(function, node.func if isinstance(node, cst.Call) else node)
    name = symbol.name.rpartition(".")[2] if isinstance(symbol, Framework) else ""
    return name.lower() in ("zeros", "zeros_initializer")


def _dtype(function: Function, node: cst.BaseExpression | None, default: str) -> str:
    if node is None:
        return default
    given = str(function.file.tree.source(node)).strip("\"'").rpartition(".")[2]
    return given if given in ("float32", "float64", "int32", "int64") else default


def problem_of(made: UserClass) -> str:
    """Why a class of a metric is more than sums over batches, "" where it isn't."""
    file: FileContext = made.file
    methods, source = methods_of(made), file.tree.source
    if found := patched(file.tree.text, file.path, frozenset({made.name}), _FOLLOWED):
        return f"`{made.name}`: {found}"
    others = [n for n, method in methods.items() if n not in _METHODS and not _helps(made, method)]
    if others:
        return f"`{made.name}` has the method {others[0]}"
    parts = parts_of(made)
    if "update_state" not in methods or ("result" not in methods and BASE not in parts):
        return f"`{made.name}` has no method update_state, or no result"
    if BASE in parts and parts[BASE].symbol not in (*OF_VALUES, *file.rules.metrics):
        return f"`{made.name}` is derived from {parts[BASE].symbol}, which has no translation"
    marks = [source(d.decorator) for d in made.node.decorators]
    if len(made.node.bases) != 1 or made.node.keywords or made.inherits:
        return f"`{made.name}` has several bases"
    if not all(map(REGISTERS.match, marks)):
        return f"`{made.name}` has decorators"
    if any(
        re.search(rf"\b{made.name}\b", source(base))
        for c in file.user_classes
        for base in c.node.bases
    ):
        return f"`{made.name}` is the base of another class"
    if "result" in methods and len(parameters_of(methods["result"].node)) != 1:
        return f"the result of `{made.name}` takes arguments"
    try:
        states = states_of(made)
    except GiveUp as why:
        return why.reason
    if not states and not parts:
        return f"`{made.name}` keeps nothing that is made by add_weight"
    resets = [methods[name] for name in _RESETS if name in methods]
    if not resets and not all(state.tracked for state in states):
        return f"`{made.name}` keeps variables that Keras 3 does not set to zeros"
    if any(not _resets_all(method, states, parts) for method in resets):
        return f"`{made.name}` does not begin each epoch with zeros"
    if unknown := _of_base(made, methods, parts):
        return f"`{made.name}` reads `self.{unknown}`, which is Keras's"
    initializer = methods.get("__init__")
    return _left_in_constructor(initializer, states) if initializer is not None else ""


def _helps(made: UserClass, method: Function) -> bool:
    """Whether it is a method that others of the class call, and no method of Keras's."""
    source = made.file.tree.source
    called = (source(m.node) for m in methods_of(made).values() if m is not method)
    assert isinstance(method.node, cst.FunctionDef)
    plain = not method.node.decorators and method.name not in _OF_METRIC
    return plain and any(re.search(rf"\bself\.{method.name}\(", text) for text in called)


#: Methods and properties of Keras's metrics that a class may have instead of those.
_OF_METRIC = frozenset({
    "add_variable", "add_weight", "build", "call", "merge_state", "variables", "__call__",
    "stateless_update_state", "stateless_result", "stateless_reset_state",
})  # fmt: skip
#: What is asked of a metric by name.
_FOLLOWED = _OF_METRIC | {"__init__", "update_state", "result", *_RESETS}


def _of_base(made: UserClass, methods: dict[str, Function], parts: dict[str, Part]) -> str:
    """What a derived class reads of the object that Keras made of itself."""
    if BASE not in parts:
        return ""
    source = made.file.tree.source
    texts = [source(methods[name].node) for name in ("update_state", "result") if name in methods]
    initializer = methods.get("__init__")
    own = re.findall(r"self\.(\w+)\s*=(?!=)", source(initializer.node)) if initializer else []
    read = re.findall(r"\bself\.(\w+)", " ".join(texts))
    return next((name for name in read if name not in (*own, "dtype")), "")


def _left_in_constructor(initializer: Function, states: tuple[State, ...]) -> str:
    """What a constructor does with Keras besides."""
    file: FileContext = initializer.file
    made = {id(state.statement) for state in states}
    made |= {id(s) for s in statements_of(initializer) if part_in(initializer, s) is not None}
    names = [n for n, value in initializer.closure.items() if isinstance(value, Framework)]
    for statement in statements_of(initializer):
        text = file.tree.source(statement)
        if id(statement) in made or SUPER.match(text):
            continue
        used = next((n for n in names if re.search(rf"(?<![\w.]){n}\b", text)), "")
        if used or "add_weight" in text or "super(" in text:
            return f"the constructor of `{initializer.owner}`: `{text.splitlines()[0]}`"
    return ""


#: Makes a class known to Keras by its name.
REGISTERS = regex(r"[\w.]*\bregister_keras_serializable\b")
#: What begins the object that Keras knows.
SUPER = regex(r"\bsuper\([^)]*\)\.__init__\(")
_ZERO = r"(?:0(?:\.0*)?|[\w.]*\bzeros(?:_like)?\(.*\))"
_ONE_STATE = regex(
    rf"self\.(\w+)\.assign\({_ZERO}\)|[\w.]*\bset_value\(self\.(\w+), *{_ZERO}\)", re.S
)
_ALL_STATES = regex(
    r"for (\w+) in self\.(?:variables|weights):\s+"
    rf"(?:\1\.assign\({_ZERO}\)|[\w.]*\bset_value\(\1, *{_ZERO}\))\s*"
    r"|[\w.]*batch_set_value\("
    rf"\[\((\w+), *{_ZERO}\) for \2 in self\.(?:variables|weights)\]\)"
    r"|super\([^)]*\)\.reset_states?\(\)",
    re.S,
)
_ONE_PART = regex(r"(self\.\w+)\.reset_states?\(\)")
_THESE_STATES = regex(rf"for (\w+) in [\[(]([^)\]]*)[\])]:\s+\1\.assign\({_ZERO}\)\s*", re.S)


def _resets_all(method: Function, states: tuple[State, ...], parts: dict[str, Part]) -> bool:
    """Whether a method sets all that the metric keeps to zeros, and does nothing else."""
    found: set[str] = set()
    held = {place.partition(".")[2] for place in parts if place != BASE}
    base = {BASE} & parts.keys()
    for statement in statements_of(method):
        text = method.file.tree.source(statement).strip()
        if _ALL_STATES.fullmatch(text):
            found |= {state.name for state in states if state.tracked} | held | base
        elif (these := _THESE_STATES.fullmatch(text)) is not None:
            found |= set(re.findall(r"self\.(\w+)", these.group(2)))
        elif (one := _ONE_STATE.fullmatch(text)) is not None:
            found.add(one.group(1) or one.group(2))
        elif (part := _ONE_PART.fullmatch(text)) is not None:
            found.add(part.group(1).partition(".")[2])
        else:
            return False
    return found == {state.name for state in states} | held | base


def given_to_keras(made: UserClass, given: dict[str, str], what: str = "name") -> str | None:
    """The source of what the object of Keras gets as its name or reduction, None if nothing."""
    initializer = methods_of(made).get("__init__")
    if initializer is None:
        return given.get(what)
    parameters = {p.name: p for p in parameters_of(initializer.node)}
    source = initializer.file.tree.source
    for statement in statements_of(initializer):
        if not isinstance(statement, cst.Expr) or not SUPER.match(source(statement)):
            continue
        assert isinstance(statement.value, cst.Call)
        args = statement.value.args
        named = {a.keyword.value: a.value for a in args if a.keyword is not None}
        plain = [a.value for a in args if a.keyword is None and not a.star]
        first = plain[0] if plain and what == "name" else None
        node = named.get(what, first)
        hands_on = any(a.star == "**" for a in args)
        if node is None:
            return given.get(what) if hands_on and what not in parameters else None
        text = str(source(node))
        if text not in parameters:
            return text
        default = parameters[text].default
        default_text = str(source(default)) if default is not None else None
        found = given.get(text, default_text)
        return None if found == "None" else found
    return None


def hands_on_places(made: UserClass) -> bool:
    """Whether its constructor gives Keras's something by position, whose order has changed."""
    initializer = methods_of(made).get("__init__")
    for statement in statements_of(initializer) if initializer is not None else ():
        if isinstance(statement, cst.Expr) and isinstance(statement.value, cst.Call):
            if SUPER.match(made.file.tree.source(statement)):
                return any(a.keyword is None and not a.star for a in statement.value.args)
    return False


def dropped_parameters(initializer: Function) -> list[str]:
    """The parameters of a constructor that only the object of Keras needs."""
    source = initializer.file.tree.source
    texts = [source(s) for s in statements_of(initializer)]
    read = " ".join(text for text in texts if not SUPER.match(text))
    kept = []
    for parameter in parameters_of(initializer.node)[1:]:
        used = re.search(rf"(?<![\w.\"']){parameter.name}\b(?!\s*=)(?![\"'])", read)
        if parameter.star or (parameter.name in OF_KERAS and used is None):
            kept.append(parameter.name)
    return kept


def interpret_metric(
    region: Region, made: UserClass, targets: Bound, outputs: Bound
) -> dict[int, Summary]:
    """What the methods of a metric compute, by the ids of their nodes; nothing if not all is."""
    here = made.file is region.file
    if not here or problem_of(made):
        return {}
    kept: dict[str, Value] = {f"self.{s.name}": s.tensor for s in states_of(made)}
    kept |= parts_of(made)
    found: dict[int, Summary] = {}
    for name in ("update_state", "result"):
        method = methods_of(made).get(name)
        if method is None:  # that of what it is derived from
            continue
        given: dict[str, Value] = {"self": Static(Expr("self")), **kept}
        names = [p.name for p in parameters_of(method.node)]
        given |= dict(zip(names[1:3], (targets, outputs), strict=False))
        try:
            summary = summarize(region.file, method, given, region)
        except GiveUp:
            return {}
        if summary.kind != "operation":
            return {}
        found[id(method.node)] = summary
    kept_closures = region.file.kept_closures
    helpers = (m for name, m in methods_of(made).items() if name not in _METHODS)
    if any(id(method.node) not in kept_closures for method in helpers):
        return {}
    value = summary.result
    if "result" not in methods_of(made) or (isinstance(value, Bound) and value.tensor.number):
        region.file.understood_metrics.add(id(made.node))
    for summary in found.values():
        region.operations_used.append(summary)
        region.file.kept_closures.add(id(summary.function.node))
    return found


_CHANGES = {"assign": "=", "assign_add": "+=", "assign_sub": "-="}


@provides("change_state")
def change_state(region: Region, node: cst.Call, receiver: Bound, name: str) -> Value:
    """`self.hits.assign_add(x)`: the tensor that the object keeps."""
    state = receiver.tensor.code.text
    if state not in region.states or not node.args:
        raise GiveUp(f"the method {name} of a tensor has no translation", node)
    value = evaluate(region, node.args[0].value)
    alone = re.search(rf"{state}\b(?!\.assign_(?:add|sub)\()", region.source) is None
    region.states[state] = isinstance(value, Bound) and alone and region.states[state]
    if not isinstance(value, (Bound, Static)):
        raise GiveUp(f"what `{state}` gets is not understood", node)
    code = value.tensor.code if isinstance(value, Bound) else value.running
    emit_before(region, code, "")
    text = f"{state} {_CHANGES[name]} {code.text}"
    if name != "assign" and ".assign(" in region.source:  # it may be a tensor with another name
        text = f"{state} = {state} {_CHANGES[name][0]} {code.wrapped(ADD + 1)}"
    uses = reads(code) | {state}
    region.emit_forward(Line(text, frozenset({state}), uses, code.modules, kills=False))
    region.helpers_used |= code.helpers
    region.graph_events += 1
    return receiver
