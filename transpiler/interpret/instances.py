"""Models that instances of the user's classes keep in attributes."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.arguments import Argument, arguments_of
from transpiler.interpret.context import FileContext
from transpiler.interpret.dispatch import provided, provides
from transpiler.interpret.functions.data_sets import holds_data
from transpiler.interpret.functions.generators import is_generator
from transpiler.interpret.functions.handed import handed
from transpiler.interpret.functions.kept_data import kept_data, reads_data
from transpiler.interpret.functions.kept_functions import (
    gets_functions,
    kept_as,
    sites_of,
)
from transpiler.interpret.functions.kept_groups import (
    is_only_filled,
    is_remade,
    kept_group,
    may_keep_groups,
    note_groups,
    only_asks_groups,
)
from transpiler.interpret.functions.mentions import mentions_framework
from transpiler.interpret.functions.method_data import note_call
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.functions.parts_of_objects import parts_first
from transpiler.interpret.functions.summaries import summarize
from transpiler.interpret.models.labels import is_labelled
from transpiler.interpret.object_groups import OF_METHOD
from transpiler.interpret.predicted import is_array
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.repeats import note_construction
from transpiler.interpret.statics import one_line, rewritten
from transpiler.interpret.summary import GivenModel, Summary
from transpiler.interpret.values import (
    OF_OBJECT,
    Function,
    Instance,
    Keyed,
    Model,
    PerhapsModel,
    Repeated,
    Static,
    Unknown,
    UserClass,
    Value,
    holds_tensor,
    models_in,
)
from transpiler.ir.expr import POSTFIX, UNKNOWN, Expr
from transpiler.regex import regex
from transpiler.source.children import children_of
from transpiler.source.plain_attributes import plain_attributes
from transpiler.source.syntax import all_in, python_tree


@provides("instance_method")
def call_method(region: Region, node: cst.Call, receiver: Instance, name: str) -> Value:
    """`Builder(...).build()`: the model that it gives."""
    made = receiver.made
    assert made is not None
    home: FileContext = made.file or region.file
    method = home.class_methods.get(made.name, {}).get(name)
    if method is not None:
        region.file.object_calls.add(id(node))
    if method is None and name in kept_models(home, made):
        assert isinstance(node.func, cst.Attribute)
        held = attribute_of_instance(region, receiver, name, node.func)
        asked: Value = provided("call_model")(region, node, held, arguments_of(region, node))
        return asked
    plain = method is None or not mentions_framework(region.file, method)
    arguments = arguments_of(region, node)
    if any(holds_tensor(value) for _, value in arguments):
        what = f"`{made.name}.{name}` gets a tensor"
        raise GiveUp(f"{what}, and what it does with it is not known", node)
    if method is not None and home is region.file:
        note_call(home, method, arguments)
        gets = any(isinstance(value, Model) for _, value in arguments)
        plain &= not (gets and _ASKS_SOME.search(home.tree.code(made.node)))
    given = None if method is None else _kept_models_given(region, node, receiver, method)
    if method is None or (plain and not reads_data(home, method) and not is_generator(method)):
        if given is not None:
            return given
        itself = method is not None and _gives_itself(home, method)
        plain = method is not None and not made.is_torch
        return receiver if itself else Unknown(f"{receiver.reason}{OF_METHOD if plain else ''}")
    try:
        value: Value = provided("call_function")(region, node, method, arguments)
    except GiveUp:  # what is left of the method has its own diagnostic
        return Unknown(receiver.reason)
    if given is not None:
        return given
    kept = isinstance(value, Model) or holds_data(value) or is_generator(method) or is_array(value)
    if not kept and _gives_itself(home, method):
        return receiver
    if not kept and isinstance(value, Static) and value.expr.value is UNKNOWN:
        return Static(
            Expr(one_line(rewritten(region.tree, node, region.rewrites)), strength=POSTFIX)
        )
    return value if kept else Unknown(receiver.reason)


#: What a class may ask of models that it gets, by whatever names.
_ASKS_SOME = regex(
    r"\.(?:[gs]et_weights|count_params|save\w*|load_weights|summary|optimizer|predict\w*|evaluate"
    r"|fit\w*|layers|get_layer|trainable\w*|\w*weights|\w+_on_batch|to_json|inputs?|outputs?|compile"
    r"|numpy)\b"
)


def _kept_models_given(
    region: Region, node: cst.Call, receiver: Instance, method: Function
) -> Value | None:
    """What a method gives whose last statement gives models that its object keeps.

    model, history = trainer.train(x, y)        return self.model, history
    """
    made, asked = receiver.made, node.func
    if made is None or not isinstance(asked, cst.Attribute):
        return None
    home: FileContext = made.file or region.file
    returned = _only_answer(home.tree.code(method.node))
    this = next((p.name for p in parameters_of(method.node)), "")
    parts = returned.elts if isinstance(returned, ast.Tuple) else [returned]
    of, models = region.tree.source(asked.value), kept_models(home, made)
    names = [
        (
            p.attr
            if isinstance(p, ast.Attribute) and isinstance(p.value, ast.Name) and p.value.id == this
            else ""
        )
        for p in parts
    ]
    if models.keys().isdisjoint(names) or not of.replace(".", "").isidentifier():
        return None
    reason = f"what `{method.name}` gives"
    given = [
        _held_by(region, receiver, models[name], f"{of}.{name}") if name in models
        else Unknown(reason) for name in names
    ]  # fmt: skip
    if not isinstance(returned, ast.Tuple):
        return given[0]
    return PerhapsModel(reason, models=models_in(*given), items=tuple(given))


def _only_answer(code: str) -> ast.expr | None:
    """What a method gives by its last statement, if it gives nothing else before."""
    parsed = python_tree(textwrap.dedent(code))
    if parsed is None or not parsed.body or not isinstance(parsed.body[0], ast.FunctionDef):
        return None
    answers = [n for n in all_in(parsed) if isinstance(n, ast.Return)]
    last = parsed.body[0].body[-1]
    return last.value if isinstance(last, ast.Return) and answers == [last] else None


def _gives_itself(home: FileContext, method: Function) -> bool:
    """Whether all that a method gives is its object: `trainer.compile().fit(x, y)`."""
    this = next((p.name for p in parameters_of(method.node)), "")
    text = home.tree.code(method.node)
    given = re.findall(r"\breturn\b[ \t]*([^\n;]*)", text)
    return len(given) == 1 and given[0].strip() == this and bool(_LAST.search(text))


#: A body that ends in `return self`.
_LAST = regex(r"\n[ \t]+return[ \t]+\w+\s*$")


@provides("instance_attribute")
def attribute_of_instance(
    region: Region, receiver: Instance, attr: str, node: cst.Attribute
) -> Value:
    """`agent.model`: a model where a method of the class gives `self.model` one."""
    made = receiver.made
    assert made is not None
    home = made.file or region.file
    model = kept_models(home, made).get(attr)
    if model is None and attr in made.attributes:
        return provided("class_attribute")(region, made, attr, node)
    if model is None and home is region.file and (kept := _kept_objects(home, made.name).get(attr)):
        return kept
    if (group := kept_groups(home, made).get(attr)) is not None:
        return kept_group(group, Expr(region.tree.source(node), strength=POSTFIX))
    if model is None:
        data = kept_data(home, home.class_methods.get(made.name, {}), attr)
        reading = Expr(region.tree.source(node), data, POSTFIX)
        if data is None and (plain := _plain_attribute(region, receiver, attr, node)) is not None:
            return plain
        return Unknown(receiver.reason) if data is None else Static(reading)
    return _held_by(region, receiver, model, region.tree.source(node))


def _held_by(region: Region, receiver: Instance, model: Model, text: str) -> Model:
    """A model that an object keeps, as the caller writes it: `trainer.model`."""
    made = receiver.made
    assert made is not None
    if (made.file or region.file) is not region.file:
        region.file.lent[id(made.node)] = made
    attr = text.rpartition(".")[2]
    held = receiver.seen.get(attr)  # what it was compiled with is known of it
    if held is None or held.expr is None or held.expr.text != text:
        held = receiver.seen[attr] = handed(model if held is None else held, Expr(text))
        held.keeper = made.name
    return held


def _plain_attribute(
    region: Region, receiver: Instance, attr: str, node: cst.Attribute
) -> Static | None:
    """What an object only counts, or was made with, where that were plain values: `loader.size`."""
    made = receiver.made
    if made is None or made.bases or made.lineage[1:] or not isinstance(node.value, cst.Name):
        return None
    home: FileContext = made.file or region.file
    given = plain_attributes(home.tree.text, made.name).get(attr)
    outside = rf"(?<!\bself)\.{attr}\s*(?::[^=\n]+)?[-+*/]?=(?!=)"
    changed = re.search(outside, region.tree.blanked) or re.search(outside, home.tree.blanked)
    if given is None or (given and not receiver.plain) or changed:
        return None
    names = region.scope.read(node.value.value).names
    return Static(Expr(region.tree.source(node), strength=POSTFIX, names=names))


def kept_models(home: FileContext, made: UserClass) -> dict[str, Model]:
    """The models among the attributes of the instances of a class, by name."""
    known = home.kept_models.get(made.name)
    if known is not None:
        return known
    found = {name: model for name, model in made.attributes.items() if isinstance(model, Model)}
    home.kept_models[made.name] = found
    groups = home.kept_groups.setdefault(made.name, {})
    if made.is_torch:
        return found
    for method in parts_first(home.class_methods.get(made.name, {}).values(), home):
        parameters = parameters_of(method.node)
        used = mentions_framework(home, method) or gets_functions(home, method)
        if not method.owner or not parameters or not used or only_asks_groups(home, method):
            continue
        this = parameters[0].name
        summary = summarize(home, method, {this: Static(Expr(this))})
        if (region := summary.region) is None:
            continue
        for name, value in region.scope.values.items():
            own = name.startswith(f"{this}.") and name not in summary.given
            if own and isinstance(value, Model):
                found[name.removeprefix(f"{this}.")] = value
        note_groups(groups, region, this)
    return found


@provides("groups_read")
def groups_read(file: FileContext, method: Function) -> dict[str, Repeated | Keyed]:
    """The lists and dicts of models that a method reads of its object, by how it calls them."""
    made = next((one for one in file.user_classes if one.name == method.owner), None)
    if made is None or made.bases or not may_keep_groups(file.tree.code(made.node)):
        return {}
    text = file.tree.source(method.node)
    return {
        f"self.{name}": group
        for name, group in kept_groups(file, made).items()
        if not (is_remade(name, text) or is_only_filled(name, text))
    }


def kept_groups(home: FileContext, made: UserClass) -> dict[str, Repeated | Keyed]:
    """The lists and dicts of models among the attributes of the instances of a class, by name."""
    kept_models(home, made)
    return home.kept_groups[made.name]


@provides("summarize_with_objects")
def summarize_with_objects(
    region: Region, function: Function, given: dict[str, Value]
) -> Summary | None:
    """What a function does with the models of objects that it gets: `report(trainer, x, y)`."""
    text = region.file.tree.code(function.node)
    asked = False
    for name, value in given.items():
        if (
            isinstance(value, Instance)
            and value.made is not None
            and value.made.file is region.file
        ):
            names = "|".join(map(re.escape, kept_models(region.file, value.made)))
            asked |= (
                bool(names) and re.search(rf"(?<![\w.]){name}\.(?:{names})\b", text) is not None
            )
    if not asked:
        return None
    summary = summarize(region.file, function, given, region)
    return summary if summary.kind == "static" else None


@provides("construct")
def construct(region: Region, node: cst.Call, made: UserClass) -> None:
    """Note what `__init__` does with the models of an object, where the program makes one."""
    method = region.file.class_methods.get(made.name, {}).get("__init__")
    if made.file is not region.file or method is None:
        return
    models = kept_models(region.file, made)
    parameters = parameters_of(method.node)
    used = mentions_framework(region.file, method) or gets_functions(region.file, method)
    if models and parameters and used:
        this = parameters[0].name
        summary = summarize(region.file, method, {this: Static(Expr(this))})
        note_construction(region, node, summary, models.values())


def interpret_instances(file: FileContext) -> None:
    """Note what the methods of a class do with its models, other than to call them.

    The methods that are interpreted for the models that they build have noted theirs already.
    """
    for made in file.user_classes:
        methods = file.class_methods.get(made.name, {})
        models = {} if made.bases else kept_models(file, made)
        objects = _objects_with_models(file, made.name)
        groups = {} if made.bases else kept_groups(file, made)
        if not models and not objects and not groups:
            continue
        regions = [s.region for s in file.summaries.values() if s.kind != "failed"]
        known = [region for region in regions if region is not None]
        noted = {id(node) for region in known for node, _, _ in region.left_calls}
        noted |= {place for region in known for place in region.called_by_place}
        names = "|".join(map(re.escape, (*models, *objects, *groups)))
        uses = re.compile(rf"\bself\.({names})\b(?!\s*=[^=])")
        of_others = re.compile(rf"\.({names})\.")
        for method in methods.values():
            if method.of_class and of_others.search(file.tree.source(method.node)):
                summarize(file, method, {"cls": Static(Expr("cls"))})  # `cls(...)` makes one
            elif uses.search(file.tree.source(method.node)):
                noted |= _noted_with_models(file, method, models)
                file.kept_uses += (
                    (node, name, model)
                    for node, name, model in _uses(method.node, models, noted)
                    if id(node) not in noted and not any(node is n for n in model.additions)
                    if name != "name" or not is_labelled(model)
                )


def _noted_with_models(file: FileContext, method: Function, models: dict[str, Model]) -> set[int]:
    """Interpret a method with the models known that others keep; the calls noted in it."""
    kinds = {s.kind for s in file.summaries.values() if s.function.node is method.node}
    parameters = parameters_of(method.node)
    if not method.owner or not parameters or kinds - {"static", "failed"}:
        return set()
    this = parameters[0].name
    given: dict[str, Value] = {this: Static(Expr(this))}
    text = file.tree.source(method.node)
    for name, model in models.items():
        if not re.search(rf"\b{this}\.{name}\s*(?:=(?!=)|,[^=\n]*=)", text):
            given[f"{this}.{name}"] = model
        elif (kept := file.given_models.get((method.owner, name))) is not None:
            if kept.initializer is method.node:
                given[kept.parameter] = kept.model
    given |= {f"{this}.{name}": held for name, held in _kept_objects(file, method.owner).items()}
    summary = summarize(file, method, given)
    if summary.region is None or summary.kind == "failed":
        return set()
    return {id(node) for node, _, _ in summary.region.left_calls}


def _kept_objects(file: FileContext, owner: str) -> dict[str, Instance]:
    """Objects of the program's classes that those of another one make or get, and keep for good.

    self.loader = Loader(path)
    """
    given = {attr: made for (name, attr), made in file.given_objects.items() if name == owner}
    kept = {a: Instance(f"{OF_OBJECT}`{m.name}`", None, m) for a, m in given.items() if m}
    return kept | _made_objects(file, owner)


def _made_objects(file: FileContext, owner: str) -> dict[str, Instance]:
    """Those that its own methods make."""
    own = {made.name: made for made in file.user_classes if not made.bases}
    text = file.tree.code(own[owner].node) if owner in own else ""
    imported = {n: v for n, v in file.globals.items() if isinstance(v, UserClass) and not v.bases}
    classes = imported | own
    found = {}
    for name, callee in re.findall(r"(?<![\w.])self\.(\w+) = (\w+)\(", text):
        bound = re.findall(rf"(?<![\w.])self\.{name}\b(?:\s*:[^=\n]+)?\s*=(?!=)", text)
        others = re.search(rf"\.{name}(?<!\bself\.{name})\s*=(?!=)", file.tree.blanked)
        plain = callee in classes and provided("holds_values")(
            classes[callee].file or file, classes[callee]
        )
        if callee in classes and not plain and len(bound) == 1 and others is None:
            found[name] = Instance(f"{OF_OBJECT}`{callee}`", None, classes[callee])
    return found


def _objects_with_models(file: FileContext, owner: str) -> list[str]:
    """The attributes of a class that hold objects of which some keep models."""
    found = _kept_objects(file, owner).items()
    return [n for n, held in found if held.made and kept_models(held.made.file or file, held.made)]


def _uses(
    node: cst.CSTNode, models: dict[str, Model], noted: set[int]
) -> Iterator[tuple[cst.CSTNode, str, Model]]:
    """Each `self.model.fit(...)`, `self.model.trainable = ...` and `self.model.layers` inside."""
    inner: list[cst.CSTNode] = children_of(node)
    if isinstance(node, cst.For) and id(node) in noted:  # over the layers of a model
        inner = [node.body]
    elif isinstance(node, cst.ListComp) and id(node) in noted:
        inner = [node.elt]
    elif isinstance(node, cst.Assign):
        for target in node.targets:
            if found := _of_model(target.target, models):
                yield node, f"{found[0]} =", found[1]
                inner = [node.value]
    elif isinstance(node, cst.Call) and (found := _of_model(node.func, models)):
        yield node, *found
        inner = list(node.args)
    elif found := _of_model(node, models):
        yield node, *found
        return
    for child in inner:
        yield from _uses(child, models, noted)


def _of_model(node: cst.CSTNode, models: dict[str, Model]) -> tuple[str, Model] | None:
    """The name behind `self.model.`, and the model."""
    if not isinstance(node, cst.Attribute) or not isinstance(node.value, cst.Attribute):
        return None
    owner = node.value
    if not isinstance(owner.value, cst.Name) or owner.value.value != "self":
        return None
    model = models.get(owner.attr.value)
    return None if model is None else (node.attr.value, model)


@provides("keep_given")
def keep_given(region: Region, node: cst.Call, made: UserClass, arguments: list[Argument]) -> bool:
    """Whether the models that an object gets are followed into its methods.

    They are where the program makes one such object, whose `__init__` does nothing but keep them.
    Where it makes several, one stands for all: who converts the file sees whether it may.
    """
    home = region.file
    method = home.class_methods.get(made.name, {}).get("__init__")
    sites = sites_of(region, made)
    if made.file is not home or method is None or not sites or (home.site is None and sites[1:]):
        return False
    stands = sites[(home.site or 0) % len(sites)] == region.tree.span(node)[0]
    home.sites[made.name] = len(sites)
    names = [parameter.name for parameter in parameters_of(method.node)][1:]
    positions = iter(names)
    found: dict[str, GivenModel] = {}
    from transpiler.interpret.shared_models import may_be_shared  # few objects get models

    for number, (keyword, value) in enumerate(arguments):
        name = keyword or next(positions, "")
        if not isinstance(value, Model):
            continue
        kept = kept_as(region, made, method.node, name)
        if not kept or node.args[number].star or may_be_shared(region, node, value):
            return False
        found[kept] = GivenModel(node, number, method.node, name, value)
        if value.region is region:
            value.handings.append(node)
    held = home.kept_at.setdefault(made.name, {})
    held[region.tree.span(node)[0]] = [given.model for given in found.values()]
    home.told_apart &= not _is_kept_twice(region, held)
    if not stands:
        home.stood_for += (given.model for given in found.values())
        for attribute, given in found.items():
            home.given_alike.setdefault((made.name, attribute), {})[id(node)] = given
        return bool(found)
    models = kept_models(home, made)
    for attribute, given in found.items():
        models[attribute] = handed(given.model, Expr(f"self.{attribute}"))
        for one in made.lineage:
            home.given_models[one.name, attribute] = given
    return True


@provides("keep_objects")
def keep_objects(
    region: Region, node: cst.Call, made: UserClass, arguments: list[Argument]
) -> None:
    """Note of which class the objects are that others get: `Trainer(net)`, whose model is asked."""
    home = region.file
    theirs: FileContext = made.file or home
    if not _ASKS_KEPT.search(theirs.tree.code(made.node)):
        return
    if theirs is not home:
        for _, value in arguments:
            of = value.made if isinstance(value, Instance) else None
            if of is not None and kept_models(of.file or home, of):
                away = [one for one in (made, of) if one.file is not home]
                home.lent |= {id(one.node): one for one in away}
        return
    method = home.class_methods.get(made.name, {}).get("__init__")
    if method is None:
        return
    positions = iter([parameter.name for parameter in parameters_of(method.node)][1:])
    for keyword, value in arguments:
        name = keyword or next(positions, "")
        kept = kept_as(region, made, method.node, name) if name else ""
        if not kept or any(argument.star for argument in node.args):
            continue
        one = value.made if isinstance(value, Instance) else None
        one = one if one is not None and one.file is home else None
        if home.given_objects.setdefault((made.name, kept), one) is not one:
            home.given_objects[made.name, kept] = None


#: Where methods ask what an object has that theirs keeps: `self.net.model.fit(x, y)`.
_ASKS_KEPT = regex(r"\bself\.\w+\.\w+\.(?:compile|evaluate|fit|predict|summary|\w+_on_batch)\(")


def _is_kept_twice(region: Region, held: dict[int, list[Model]]) -> bool:
    """Whether objects that are made in several places may share a model."""
    from transpiler.interpret.shared_models import keeper_made

    each = [
        [(one, keeper_made(region, model)) for model in models for one in (model, *model.options)]
        for models in held.values()
    ]
    return any(
        (one is other or (one.node is not None and one.node is other.node))
        and (place is None or place == spot)
        for number, models in enumerate(each)
        for one, place in models
        for others in each[:number]
        for other, spot in others
    )
