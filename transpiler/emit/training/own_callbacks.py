"""Callbacks that are classes of the program's own: they become plain classes, which the loop calls.

class StopAtAccuracy:
    def on_epoch_end(self, epoch, logs=None):
        if logs["accuracy"] > 0.95:
            self.model.stop_training = True
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.emit.training.changed_logs import (
    added,
    check_unchanged,
    check_unchanged_by_star,
    keeps,
    parameters_of,
)
from transpiler.emit.training.classes_elsewhere import home_of, refuse_asking
from transpiler.emit.training.epoch_logs import in_order, written
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.moments import check_moments
from transpiler.emit.training.own_instances import variable_of
from transpiler.emit.training.own_methods import (
    HANDED_ON,
    OPTIMIZER,
    PARAMS,
    Methods,
    is_inherited,
    methods_in,
)
from transpiler.emit.training.own_questions import CRITERION
from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.data_sets import SEQUENCES
from transpiler.interpret.values import Framework, UserClass
from transpiler.ir.expr import Expr
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import BATCH, BATCH_LOGS, Fit, Hooks
from transpiler.regex import regex
from transpiler.source.lexical import mentions
from transpiler.source.patched_methods import patched
from transpiler.source.tree import Tree

#: The methods that the loop calls: what they are given besides the values of the epoch.
_CALLED = {"on_train_begin": 0, "on_train_end": 0, "on_epoch_begin": 1, "on_epoch_end": 1}
#: Those for each batch; of two for the same, Keras calls the first.
_BATCHES = tuple(HANDED_ON.items())
#: Those for a validation, and for each of its batches.
_TESTS = ("on_test_begin", "on_test_end")
_TEST_BATCHES = ("on_test_batch_begin", "on_test_batch_end")
_IN_BATCH = frozenset((*(name for names in _BATCHES for name in names), *_TEST_BATCHES))
#: All that a `fit` asks of a callback.
_HOOKS = _IN_BATCH.union(_CALLED, _TESTS, ("set_model", "set_params"))
_OF_KERAS = regex(
    r"self\.(?:params|validation_data|_model|set_model|set_params)\b"
    r"|super\((?P<above>[^)]*)\)\.(?!__init__\(\))(?P<method>\w+)"
    r"|self\.model\b(?!\.stop_training\b)(?:\.\w+)*"
)
_HEARD = regex(r"\bself\.(on_\w+)")
_STOP = regex(r"\bstop_training\b")
_STOPS = regex(r"\.stop_training = True\b")
#: What older Keras gives a callback, unless the program does.
_GIVEN = "self.validation_data"
_ASKS_MODEL = regex(r"self\.(?:model\b|<model>)")


def own_hooks(writer: ModelWriter, fit: Fit, made: UserClass, instance: Expr) -> Hooks:
    """The calls of its methods; `instance` is the variable that holds it, or makes it."""
    home = home_of(writer.shared.file, made)
    tree, family = home.tree, list[Methods]()
    names = frozenset(one.name for one in made.lineage)
    if found := patched(tree.text, home.path, names, _HOOKS):
        raise Unsupported(f"`{made.name}`: {found}")
    if home is writer.shared.file:
        family = [Methods(writer, one) for one in made.lineage]
        check_moments(writer, made)
    else:
        refuse_asking(writer.shared.file, home, made)
        _check(home, made, _body(tree, made))
    for methods in family:
        _check(home, methods.made, methods.rest)
        writer.made.class_edits[id(methods.made.node)] = methods.edits
    name, before = instance.text, []
    if not re.fullmatch(r"[\w.]+", name):
        name = fit.free(variable_of(made))
        before.append(f"{name} = {instance.text}")
    text = _body(tree, made)
    missing = (n for n in _HEARD.findall(text) if n not in methods_in(made))
    if (method := next(missing, None)) is not None:
        raise Unsupported(f"`{made.name}` asks for `self.{method}`, which is Keras's own")
    params, asks_model = _asked_outside(writer.tree, name)
    asks_model |= any(_ASKS_MODEL.search(methods.rest) for methods in family)
    if asks_model or (not family and _ASKS_MODEL.search(text)):
        before.append(f"{name}.model = {fit.model}")
    if any(methods.asks_optimizer for methods in family):
        before.append(f"{name}.{_own(tree, made, OPTIMIZER)} = {fit.optimizer}")
    if any(methods.asks_criterion for methods in family):
        before.append(f"{name}.{_own(tree, made, CRITERION)} = {writer.criterion}")
    if params := sorted({*params, *(key for methods in family for key in methods.params)}):
        known = {"epochs": fit.epochs, "steps": fit.steps}
        entries = ", ".join(f'"{key}": {known[key]}' for key in params)
        before.append(f"{name}.params = {{{entries}}}")
    stops = f"{fit.model}.stop_training" if "stop_training" in text else ""
    if stops:
        before.append(f"{stops} = False")
    adds, perhaps = _added(tree, made, fit)
    calls = {m: _calls(tree, made, name, m, fit) for m in _CALLED}
    taken = fit.free_in_epoch(variable_of(made))
    begins, ends = (_in_batch(tree, made, taken, names, fit) for names in _BATCHES)
    tests = [_calls(tree, made, name, method, fit) for method in _TESTS]
    test_batches = [_calls(tree, made, taken, method, fit) for method in _TEST_BATCHES]
    sees = any((calls["on_epoch_end"], calls["on_train_end"], *tests, *test_batches))
    return Hooks(
        (*before, *calls["on_train_begin"]),
        calls["on_epoch_begin"],
        calls["on_epoch_end"],
        calls["on_train_end"],
        reads=tuple(fit.values) if sees else (),
        stops=(f"if {stops}:", "    break") if stops else (),
        stops_early=bool(stops) and _stops_before_the_end(tree, made),
        looks_at_stop=len(_STOP.findall(text)) > len(_STOPS.findall(text)),
        batch_start=begins,
        batch_end=ends,
        takes=((taken, name),) if begins or ends else (),
        test_start=tests[0],
        test_end=tests[1],
        test_batch_start=test_batches[0],
        test_batch_end=test_batches[1],
        test_takes=((taken, name),) if any(test_batches) else (),
        adds=adds,
        perhaps=perhaps,
        keeps=_keeps_logs(tree, made),
        sets_rate=any(methods.sets_rate for methods in family),
    )


def _stops_before_the_end(tree: Tree, made: UserClass) -> bool:
    """Whether a class may stop the training when it begins, or an epoch does."""
    methods = {name: tree.code(node) for name, node in methods_in(made).items()}
    stopping = {name for name, code in methods.items() if _STOP.search(code)}
    called = set[str]()
    while called != stopping:
        called = set(stopping)
        for name, code in methods.items():
            if any(re.search(rf"\.{other}\(", code) for other in called):
                stopping.add(name)
    return not stopping.isdisjoint(("on_train_begin", "on_epoch_begin"))


def _own(tree: Tree, made: UserClass, name: str) -> str:
    """An attribute that the loop gives a callback, which has none of that name itself."""
    if any(f"self.{name}" in tree.code(one.node) for one in made.lineage):
        raise Unsupported(f"`{made.name}` has `self.{name}` of its own")
    return name


def _asked_outside(tree: Tree, name: str) -> tuple[list[str], bool]:
    """What the program asks of a callback's own `params` elsewhere, and whether of its `model`."""
    asked = re.findall(rf"(?<![\w.]){re.escape(name)}\.(model|params)\b", tree.blanked)
    params = PARAMS.format(re.escape(name))
    keys = [found[2] for found in re.finditer(params, tree.text)]
    if len(keys) < asked.count("params"):
        raise Unsupported(f"more is asked of `{name}.params` than the number of epochs or steps")
    return keys, "model" in asked


def _in_batch(
    tree: Tree, made: UserClass, name: str, methods: tuple[str, ...], fit: Fit
) -> tuple[str, ...]:
    """The call of the method for the beginning or the end of each batch."""
    own = methods_in(made)
    for method in methods:  # the second one may get the values from the first one
        for parameter in parameters_of(own[method])[2:3] if method in own else ():
            check_unchanged(tree, made, own[method], parameter.name.value)
    found = next((method for method in methods if method in own), None)
    return () if found is None else _calls(tree, made, name, found, fit)


def _calls(tree: Tree, made: UserClass, holder: str, method: str, fit: Fit) -> tuple[str, ...]:
    """The call of one of its methods, if it has it."""
    node = methods_in(made).get(method)
    if node is None:
        return ()
    given = [fit.epoch] * _CALLED.get(method, 0) + [BATCH] * (method in _IN_BATCH)
    logs = BATCH_LOGS if method in _IN_BATCH else fit.logs
    if method == "on_test_end":
        tested = {k.removeprefix("val_"): v for k, v in fit.values.items() if k.startswith("val_")}
        logs = written(in_order(tested, fit.keras))
    parameters = parameters_of(node)[1 + len(given) :]
    if len(parameters) > 1:
        raise Unsupported(f"`{made.name}.{method}` takes more than Keras gives it")
    if isinstance(node.params.star_arg, cst.Param):
        check_unchanged_by_star(tree, made, node, node.params.star_arg.name.value)
        parameters = parameters or [node.params.star_arg]
    for parameter in parameters:
        name = parameter.name.value
        reads = re.search(rf"\b{name}\b", tree.code(node.body))
        check_unchanged(tree, made, node, name)
        if method.endswith("_end") and reads is not None:
            given.append(logs)
        elif (parameter.default is None and not parameter.star) or reads is not None:
            given.append("{}")
    return (f"{holder}.{method}({', '.join(given)})",)


def _keeps_logs(tree: Tree, made: UserClass) -> bool:
    """Whether a class keeps the dict of an epoch's values, to which others may add some."""
    node = methods_in(made).get("on_epoch_end")
    taken = parameters_of(node)[2:] if node is not None else []
    return node is not None and any(keeps(tree.source(node.body), p.name.value) for p in taken)


def _added(tree: Tree, made: UserClass, fit: Fit) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys of what a class puts into the values of each epoch, and into those of some.

    logs["val_f1"] = f1
    """
    node = methods_in(made).get("on_epoch_end")
    if node is None or len(parameters_of(node)) < 3:
        return (), ()
    puts = added(tree, node, parameters_of(node)[2].name.value)
    known = {*fit.values, *fit.logged, *fit.added, *fit.perhaps}
    if any(key in known for keys, _ in puts for key in keys):
        raise Unsupported(f"`{made.name}.on_epoch_end` changes the values of the epoch")
    surely = dict.fromkeys(key for keys, sure in puts if sure for key in keys)
    others = dict.fromkeys(key for keys, _ in puts for key in keys if key not in surely)
    return tuple(surely), tuple(others)


def _check(file: FileContext, made: UserClass, text: str) -> None:
    """Refuse what a plain class has no answer to; `text` is its body as it will be."""
    where, called = f"`{made.name}`", _IN_BATCH.union(_CALLED, _TESTS)
    for name, method in methods_in(made).items():
        known = name in called or name.startswith("on_predict_")  # which no `fit` calls
        if (name.startswith("on_") and not known) or name in ("set_model", "set_params"):
            raise Unsupported(f"{where} has the method {name}")
        itself = next((p.name.value for p in parameters_of(method)), "self")
        if itself != "self" and re.search(rf"\b{itself}\.(?:model|params)\b", text):
            raise Unsupported(f"{where}.{name} calls its own object `{itself}`")
        if name in called and (method.decorators or method.params.star_kwarg):
            raise Unsupported(f"{where}.{name} with a decorator or any arguments")
    if len(made.node.bases) != 1 or made.node.keywords or made.node.decorators:
        raise Unsupported(f"{where} has several bases")
    whole = "".join(file.tree.code(one.node) for one in made.lineage)
    own = re.search(r"\bself\.validation_data = ", whole) is not None
    asked = (found for found in _OF_KERAS.finditer(text) if not (own and found.group() == _GIVEN))
    asked = (found for found in asked if not is_inherited(made, found["above"], found["method"]))
    if (found := next(asked, None)) is not None:
        raise Unsupported(f"{where} asks for `{found.group()}`")
    names = [n for n, value in file.globals.items() if isinstance(value, Framework)]
    used = next((n for n in names if mentions(n, text)), None)
    if used is not None:
        raise Unsupported(f"{where} uses `{used}`")


def _body(tree: Tree, made: UserClass) -> str:
    """The source of its methods, without strings and comments."""
    return "".join(tree.code(one.node.body) for one in made.lineage)


def plain_class(tree: Tree, made: UserClass) -> Edit | None:
    """The edit that takes Keras's base from the class; data are torch's then."""
    if made.parent is not None:
        return None  # which has none any more
    start = tree.span(made.node.name)[1]
    last = tree.span(made.node.bases[-1].value)[1]
    base = "(Dataset)" if set(made.bases) <= SEQUENCES else ""
    return Edit(start, tree.text.index(")", last) + 1, base)
