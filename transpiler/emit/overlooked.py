"""Layers and models behind names of which nobody knows that they lead to Keras."""

from __future__ import annotations

import ast
import os
import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.statements.imports import dotted
from transpiler.interpret.values import Framework, Function, Model, Namespace, UserClass
from transpiler.regex import regex
from transpiler.source.children import children_of
from transpiler.source.imported import locate, read_text
from transpiler.source.lexical import words_in
from transpiler.source.reached import program_of
from transpiler.source.suites import bodies, is_inside, leaf_statements

if TYPE_CHECKING:
    from transpiler.source.bound_values import BoundValues

_CALL = regex(r"\.([A-Z]\w*)\s*\(")
_BARE = regex(r"([A-Z](?<![\w.].)\w*)\s*\(")
_HEAD = regex(r"(?<![\w.])([A-Za-z_]\w*)[\w.]*$")
#: Functions of the framework behind the names that all give it, such as `K.mean(x)`.
_FUNCTION = regex(r"(?<![\w.])(K|tf|keras|backend)\.([a-z]\w*)\s*\(")


def overlooked(
    file: FileContext, statement: cst.CSTNode, layers: Collection[str]
) -> tuple[int, str] | None:
    """The first call of a Keras layer through an unknown name: its offset and its dotted name.

    `layers` are the names of the layer classes. A name that comes from another library, such as
    flax's `nn.Dense`, is not unknown.
    """
    start, end = file.tree.span(statement)
    text = file.tree.blanked
    for match in _CALL.finditer(text, start, end):
        if match.group(1) not in layers:
            continue
        line = text.rfind("\n", start, match.start()) + 1
        head = _HEAD.search(text, max(line, start), match.start())
        if head is not None and _is_unknown(file, head.group(1)):
            return head.start(), f"{head.group()}.{match.group(1)}"
    for match in _BARE.finditer(text, start, end):
        name = match.group(1)
        if name in layers and file.globals.get(name) is not None and _is_unknown(file, name):
            return match.start(), name
    return _overlooked_function(file, start, end)


def _overlooked_function(file: FileContext, start: int, end: int) -> tuple[int, str] | None:
    """The first call of `K.mean` where the file gets `K` from a function of its project."""
    for match in _FUNCTION.finditer(file.tree.blanked, start, end):
        name = match.group(1)
        if not _may_be_framework(file, name):
            continue
        if any(f"{of}.{match.group(2)}" in file.rules.ops for of in ("keras.backend", "tf")):
            return match.start(), f"{name}.{match.group(2)}"
    return None


#: What only Keras's methods take, and other libraries' of the same name don't.
_KERAS_ONLY = {
    "compile": {"optimizer", "loss", "loss_weights", "metrics", "weighted_metrics", "run_eagerly"},
    "fit": {"validation_data", "validation_split", "steps_per_epoch", "callbacks", "class_weight"},
    "fit_generator": {"epochs", "steps_per_epoch", "validation_data", "callbacks"},
}
#: The same, where no class of the program's own has a method of this name.
_KERAS_MOSTLY = {"fit": {"epochs", "batch_size", "initial_epoch", "validation_steps"}}
#: Methods that nothing but Keras's models has.
_OF_KERAS = frozenset(
    {"train_on_batch", "test_on_batch", "predict_on_batch", "evaluate_generator",
     "predict_generator", "fit_generator"}
)  # fmt: skip
#: The same, as far as they are of a module now.
_OF_MODULES = frozenset(
    {"load_weights", "save_weights", "get_weights", "set_weights", "count_params", "summary",
     "reset_states", "get_layer"}
)  # fmt: skip
#: What is asked of a model, and what only Keras's methods take then.
_ASKED = {
    "evaluate": {"verbose", "batch_size", "steps", "sample_weight", "return_dict", "callbacks"},
    "predict": {"verbose", "batch_size", "steps", "callbacks"},
}
_TRAINING = regex(
    r"\.(?:compile|fit|evaluate|predict|summary|get_layer|count_params|reset_states"
    r"|\w+_on_batch|\w+_generator|\w+_weights)\s*\("
)


def overlooked_training(
    file: FileContext, statement: cst.CSTNode, converted: bool, apart: bool
) -> Iterator[tuple[cst.Call, bool | None]]:
    """Calls that compile or train what must be a Keras model, by what they pass; and that it must.

    Where some model is `converted`, also those that ask what may be this one. In a file `apart`,
    which has the models of others alone, also what another library has surely not made: that may
    be one. None of what is one if other calls show that.
    """
    start, end = file.tree.span(statement)
    places = [found.start() for found in _TRAINING.finditer(file.tree.blanked, start, end)]
    if not places:
        return
    from transpiler.source.unseen import unseen_modules  # few files come this far

    unseen = unseen_modules(file.tree.text, file.path)
    methods = {name for names in file.class_methods.values() for name in names}
    kept = {name for models in file.kept_models.values() for name in models}
    pending: list[tuple[cst.CSTNode, str]] = [(statement, "")]  # each with the method around it
    while pending:
        node, method = pending.pop()
        if file.tree.has_span(node):
            start, end = file.tree.span(node)
            if bisect_left(places, start) == bisect_left(places, end):
                continue  # nothing of this kind is in it, and looking at all nodes costs
        # asking a block for its children takes as long as looking at all of them
        inner = node.body if isinstance(node, cst.IndentedBlock) else children_of(node)
        method = node.name.value if isinstance(node, cst.FunctionDef) else method
        pending += [(part, method) for part in inner]
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            name = node.func.attr.value
            own = methods - {name} if _is_passed_on(node.func, method) else methods
            given = {a.keyword.value for a in node.args if a.keyword is not None}
            compiled = f"{file.tree.source(node.func.value)}.compile("  # which says it already
            plain = name in own or compiled in file.tree.blanked
            mostly = set() if plain else _KERAS_MOSTLY.get(name, set())
            sure = bool(given & (_KERAS_ONLY.get(name, set()) | mostly))
            sure |= name in _OF_KERAS - own and compiled not in file.tree.blanked
            if converted and name in ("fit", *_ASKED):
                sure |= bool(given & _ASKED.get(name, set())) and name not in own
            if converted and name in ("fit", *_ASKED, *_OF_MODULES):
                sure |= _is_kept(node.func.value, kept)
            sure |= _compiles(file, node, own) and not _is_said(file, compiled)
            sure |= name in {"fit", *_ASKED} - own and _gets_data(file, node)
            perhaps = name in ("compile", "fit", *_ASKED, *_OF_MODULES)
            perhaps = perhaps and file.tree.source(node.func.value) not in ("self", "cls")
            if perhaps and not (sure or apart or unseen):
                yield node, None  # which is looked at if it matters
            elif sure or (perhaps and _may_be_model(file, node.func, unseen)):
                if not _is_of_own_class(file, node.func.value, name):
                    yield node, sure or bool(unseen)


def may_be_model(file: FileContext, node: cst.Call) -> bool:
    """Whether a call may ask a model, as far as the names tell."""
    if not isinstance(node.func, cst.Attribute) or not _may_be_model(file, node.func, frozenset()):
        return False
    return not _is_of_own_class(file, node.func.value, node.func.attr.value)


#: Libraries that have something else with such methods.
_OTHERS = regex(
    r"^[ \t]*(?:from|import)[ \t]+(?:catboost|cuml|hmmlearn|imblearn|joblib|lightgbm|mlxtend"
    r"|pickle|prophet|pycaret|pyspark|scipy|skimage|sklearn|statsmodels|torch|xgboost)\b",
    re.MULTILINE,
)


def is_model_given(file: FileContext, statement: cst.CSTNode, node: cst.Call) -> bool | None:
    """Whether a call asks what must be a model that a function gets which nothing here calls.

    None where nothing tells it.
    """
    assert isinstance(node.func, cst.Attribute)
    name, root = node.func.attr.value, re.match(r"\w*", file.tree.source(node))
    around = _functions_around(file, statement, node)
    named = (f for f in around if root and root.group() in {p.name for p in parameters_of(f)})
    function = next(named, None)
    if function is None:
        return None
    own = {method for methods in file.class_methods.values() for method in methods}
    asked = re.escape(file.tree.source(node.func.value))
    code = "\n".join(map(file.tree.code, function.body.body))
    made = re.search(rf"(?<![\w.]){asked}(?:\.compile\(|[ \t]*=(?!=))", code)
    alone = isinstance(node.func.value, cst.Name)  # what else has its name is another one
    if name in own or made or not (alone or may_be_model(file, node)):
        return None
    if _is_run(file, function.name.value):
        return None
    if name == "fit" and len(node.args) < 2:  # or an encoder, or a scaler
        return False
    return _OTHERS.search(file.tree.text) is None


def may_be_lost(file: FileContext, node: cst.Call) -> bool:
    """Whether a call may ask a model of the file that is in a list, or the like, of nobody's ken.

    Where other libraries have things with such methods, lines show that a model got there.
    """
    assert isinstance(node.func, cst.Attribute)
    own = any(node.func.attr.value in methods for methods in file.class_methods.values())
    if own or not may_be_model(file, node) or is_of_scikit_learn(file, node):
        return False
    if _OTHERS.search(file.tree.text) is None:
        return True
    regions = [file.module, *(s.region for s in file.summaries.values())]
    values = [pair for r in regions if r is not None for pair in r.scope.values.items()]
    models = {name for name, value in values if isinstance(value, Model)}
    asked = words_in(file.tree.source(node.func.value))
    for target, iterable in _ROUNDS.findall(file.tree.blanked):
        asked |= words_in(iterable) if not asked.isdisjoint(words_in(target)) else set()
    lines = map(words_in, file.tree.blanked.split("\n"))
    return any(not (asked.isdisjoint(words) or models.isdisjoint(words)) for words in lines)


#: What a loop goes through, or a comprehension.
_ROUNDS = regex(r"\bfor\s+([^:\n]*?)\s+in\s+([^:\n\])]+)")


def _is_run(file: FileContext, name: str) -> bool:
    """Whether something calls a function, and the statements of the module may lead there."""
    if re.search(rf"(?<!def )(?<!\w){name}\(", file.tree.blanked) is None:
        return False
    defined = (cst.FunctionDef, cst.ClassDef)
    plain = (s for s in file.tree.module.body if not isinstance(s, defined))
    return name in program_of(file.tree.text).called("\n".join(map(file.tree.code, plain)))


def _functions_around(
    file: FileContext, statement: cst.CSTNode, node: cst.CSTNode
) -> list[cst.FunctionDef]:
    """The functions that a node is in, from the innermost one."""
    place, _ = file.tree.span(node)
    found: list[cst.FunctionDef] = []
    pending = [statement]
    while pending:
        one = pending.pop()
        if file.tree.has_span(one) and is_inside((place, place + 1), file.tree.span(one)):
            found += [one] if isinstance(one, cst.FunctionDef) else []
            pending += [inner for suite in bodies(one) for inner in suite]
    return found[::-1]


def _may_be_model(file: FileContext, asked: cst.Attribute, unseen: frozenset[str]) -> bool:
    """Whether nothing says that it is none: no library makes it, and nothing else compiles it."""
    compiled = f"{file.tree.source(asked.value)}.compile(" in file.tree.blanked
    return not compiled and not _is_of_library(file, asked, unseen)


def _gets_data(file: FileContext, node: cst.Call) -> bool:
    """Whether a call gets a data set of TensorFlow, which is one of torch now."""
    return any(file.tree.source(a.value) in file.data_names for a in node.args[:1])


def stands_still(edits: Iterable[Edit], place: int, called: str) -> bool:
    """Whether what stands instead of a place makes the same call still."""
    pattern = re.compile(rf"(?<![\w.]){re.escape(called)}\(")
    return any(pattern.search(e.text) for e in edits if e.start <= place < e.end)


def is_of_scikit_learn(file: FileContext, node: cst.Call) -> bool:
    """Whether a call asks a variable that surely holds an object of scikit-learn, as a pipeline."""
    from transpiler.source.bound_values import bound_values  # few files come this far

    text = file.tree.text
    code = file.tree.blanked
    if isinstance(node.func, cst.Attribute):
        from transpiler.source.foreign_objects import foreign_objects

        if file.tree.span(node.func.value) in foreign_objects(text):
            return True
    wraps = "KerasClassifier" in code or "KerasRegressor" in code  # a model itself
    found = None if wraps or "sklearn" not in text else bound_values(text)
    inside = found
    match node.func:
        case cst.Attribute(value=cst.Name(name)):
            pass
        case cst.Attribute(value=cst.Attribute(value=cst.Name("self"), attr=cst.Name(name))):
            name = f".{name}"
            inside = (_in_its_class(file, node) if found is not None else None) or found
        case _:
            return False
    if found is None or inside is None or name in inside.given or not inside.values.get(name):
        return False
    makers = [_maker(value) for value in inside.values[name]]
    return all(found.imported.get(maker, "").startswith("sklearn.") for maker in makers)


def _in_its_class(file: FileContext, node: cst.CSTNode) -> BoundValues | None:
    """What the class binds in which something stands, where nothing else sets its attributes."""
    from transpiler.source.bound_values import bound_values

    start, end = file.tree.span(node)
    for made in file.user_classes:
        first, last = file.tree.span(made.node)
        if first <= start and end <= last and not made.node.bases:
            others = f"{file.tree.blanked[:first]}{file.tree.blanked[last:]}"
            if re.search(r"(?<!self)\.\w+\s*=(?!=)", others) is None:
                return bound_values(file.tree.source(made.node))
    return None


def _maker(value: ast.expr | None) -> str:
    """What makes an object, which `fit` gives again: `LogisticRegression().fit(x, y)`."""
    match value:
        case ast.Call(func=ast.Name(name)):
            return name
        case ast.Call(func=ast.Attribute(value=inner, attr="fit" | "set_params")):
            return _maker(inner)
    return ""


def asked_object(file: FileContext, node: cst.Call) -> str:
    """What a call asks, or what holds that: `nets` of `nets[0].fit(x)`."""
    found = re.match(r"(?:self\.)?\w*", file.tree.source(node))
    return "" if found is None else found.group()


def _is_passed_on(asked: cst.Attribute, method: str) -> bool:
    """Whether a method asks what its object holds for the same, as `fit` does: `self.net.fit(x)`.

    What it holds is none of its own kind, which would do the same on and on.
    """
    held = isinstance(asked.value, cst.Attribute) and isinstance(asked.value.value, cst.Name)
    return held and asked.attr.value == method


def _is_of_own_class(file: FileContext, of: cst.BaseExpression, name: str) -> bool:
    """Whether it is one, or a variable that only holds such: objects of classes with a method."""
    if isinstance(of, cst.Call):
        return _has_method(file, dotted(of.func), name)
    made = _made_for(file.tree.source(of), file.tree.blanked)
    return bool(made) and all(_has_method(file, one, name) for one in made)


@lru_cache(maxsize=64)
def _made_for(held: str, text: str) -> frozenset[str]:
    """What is called wherever a variable is bound; empty for what is no call."""
    variable = re.escape(held)
    first = rf"^[ \t]*{variable}[ \t]*,[^=\n()]*"  # of several that are bound at once
    bound = rf"(?m)(?:{first}|(?<![\w.]){variable}[ \t]*)=(?!=)[ \t]*(?:([\w.]+)\()?"
    return frozenset(re.findall(bound, text))


def _has_method(file: FileContext, called: str, name: str) -> bool:
    """Whether a class, of this file or of another one of the project, has a method."""
    module, _, last = called.rpartition(".")
    held = file.globals.get(module or last)
    if isinstance(held, Namespace):
        held = held.items.get(last)
    if not isinstance(held, UserClass):
        return name in file.class_methods.get(called, {})
    every = list(held.lineage)
    while (base := every[-1].base_elsewhere) is not None:
        every += base.lineage
    statements = (s for one in every for s in one.node.body.body)
    return name in {s.name.value for s in statements if isinstance(s, cst.FunctionDef)}


def _is_of_library(file: FileContext, asked: cst.Attribute, unseen: frozenset[str]) -> bool:
    """Whether another library has made it, `knn = KNeighborsClassifier()`, or it is a module.

    What may be a module of the project, as it is `unseen`, is none.
    """
    variable = file.tree.source(asked.value)
    bound = rf"{(name := re.escape(variable))}(?<![\w.]{name})[ \t]*=(?!=)[ \t]*(\w+)?"
    heads = re.findall(bound, file.tree.blanked) or re.findall(r"^\w+", variable)
    modules = [[*_modules_of(file, head)] for head in heads]
    if not unseen.isdisjoint(name for names in modules for name in names):
        return False
    home, text = os.path.dirname(os.path.realpath(file.path)), file.tree.text
    return bool(heads) and all(m and all(locate(home, n, text) is None for n in m) for m in modules)


def _modules_of(file: FileContext, name: str) -> Iterator[str]:
    for statement in leaf_statements(list(file.tree.module.body)):
        if isinstance(statement, cst.SimpleStatementLine):
            yield from _homes(statement, name)


def _is_kept(node: cst.BaseExpression, kept: Collection[str]) -> bool:
    """Whether it is an attribute that holds a model in a class of the file: `trainer.model`."""
    match node:
        case cst.Attribute(attr=cst.Name(name)):
            return name in kept
    return False


def _is_said(file: FileContext, compiled: str) -> bool:
    """Whether an earlier conversion has said above one such call that it stays."""
    said = rf"TODO\(tf2torch\)[^\n]*\n *{re.escape(compiled)}"
    return re.search(said, file.tree.text) is not None


def _compiles(file: FileContext, node: cst.Call, own: set[str]) -> bool:
    """Whether it is `model.compile("adam", "mse")`; a pattern is compiled from one argument.

    Or `model.compile(**settings)`: whoever compiles something else has that as an argument. Or
    `model.compile("adam")`.
    """
    match node.func:
        case cst.Attribute(value=of, attr=cst.Name("compile")) if "compile" not in own:
            plain = [a for a in node.args if a.keyword is None and not a.star]
            spread = any(a.star for a in node.args)
            of_others = isinstance(of, cst.Name) and of.value in ("re", "regex", "torch")
            named = len(plain) == 1 and _names_optimizer(file, plain[0].value)
            return (len(plain) > 1 or spread or named) and not of_others
    return False


def _names_optimizer(file: FileContext, node: cst.BaseExpression) -> bool:
    """Whether it is the name of an optimizer of Keras."""
    name = node.evaluated_value if isinstance(node, cst.SimpleString) else None
    return isinstance(name, str) and f"keras.optimizers.{name.lower()}" in file.rules.optimizers


def _may_be_framework(file: FileContext, name: str) -> bool:
    """Whether the framework stands behind a name that nobody knows, as far as words tell."""
    if not _is_unknown(file, name):
        return False
    homes = [*_modules_of(file, name)]
    if homes:
        found = [locate(os.path.dirname(file.path), module, file.tree.text) for module in homes]
        return any(one is not None and "keras" in read_text(str(one)) for one in found)
    given = re.search(rf"^{name}\b[^=\n]*=(.*)", file.tree.text, re.MULTILINE)
    return given is not None and ("keras" in given[1] or "tensorflow" in given[1])


def _is_unknown(file: FileContext, name: str) -> bool:
    if isinstance(file.globals.get(name), (Framework, Function, UserClass)):
        return False
    homes = [*_modules_of(file, name)]
    home = os.path.dirname(file.path)
    return not homes or any(
        module.startswith(".") or "keras" in module or locate(home, module) for module in homes
    )


def _homes(statement: cst.SimpleStatementLine, name: str) -> list[str]:
    """The modules from which a statement imports a name."""
    found: list[str] = []
    for node in statement.body:
        if not isinstance(node, (cst.Import, cst.ImportFrom)):
            continue
        if isinstance(node.names, cst.ImportStar):
            continue
        prefix = ""
        if isinstance(node, cst.ImportFrom):
            prefix = "." * len(node.relative) + dotted(node.module)
        for alias in node.names:
            bound = alias.evaluated_alias or alias.evaluated_name.split(".", 1)[0]
            if bound == name:
                found.append(prefix or alias.evaluated_name)
    return found
