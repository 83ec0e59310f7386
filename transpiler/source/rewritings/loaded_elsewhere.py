"""Models that are loaded elsewhere than they were saved: made by their builder, with these weights.

def train():                        def score(x):
    model = build(8)                    model = build(8)            # load_model(PATH)
    model.fit(x, y)                     model.load_weights(PATH)
    model.save(PATH)                    return model.predict(x)

The builder may stand in another file, and what saves the model, too.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.ignored import project_root
from transpiler.source.imported import locate, real_path
from transpiler.source.importers import files_saving_models
from transpiler.source.lexical import comments_in
from transpiler.source.occurrences import Positions
from transpiler.source.possible_constants import constants_it_may_be
from transpiler.source.reached import last_name
from transpiler.source.replaced import Rewritten, Span, rewritten
from transpiler.source.steady_settings import program_in
from transpiler.source.syntax import all_in, parts_of, program_tree

_FRAMEWORK = regex(r"(?:keras|tensorflow|tf_keras)\b")
_LOADS = regex(r"\bload_model\(")
#: How Keras's file is read, not what is in it.
_READING = frozenset({"compile", "custom_objects", "safe_mode"})
#: What may be asked of the model that is saved: nothing that gives it other layers.
_PLAIN = frozenset({
    "compile", "count_params", "evaluate", "evaluate_generator", "fit", "fit_generator",
    "get_weights", "history", "input_shape", "load_weights", "loss", "metrics_names", "name",
    "output_shape", "predict", "predict_generator", "predict_on_batch", "save", "save_weights",
    "set_weights", "stop_training", "summary", "test_on_batch", "to_json", "train_on_batch",
})  # fmt: skip
#: What needs nothing of how the model was compiled.
_ASKING = frozenset({
    "count_params", "get_weights", "input_shape", "name", "output_shape", "predict",
    "predict_generator", "predict_on_batch", "save_weights", "summary",
})  # fmt: skip
_TRAINING = frozenset({"fit", "fit_generator", "train_on_batch"})
_MODEL = regex(r"(?i)model|net|coder|generator|discriminator|critic|actor|clf")
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


@record(frozen=True, slots=True)
class _File:
    """A file of the program."""

    text: str
    path: str
    module: ast.Module


@record(frozen=True, slots=True)
class _Saved:
    """How the model of a file is made: by which function, in which file, and for what."""

    file: _File  #: that saves it
    scope: ast.AST  #: the function or module that does
    call: ast.Call  #: of the builder
    compiled: bool  #: whether the builder does all that compiles it
    compiles: ast.Call | None  #: else what does, where it can be written elsewhere


@record(frozen=True, slots=True)
class _Load:
    """A statement that loads a model."""

    scope: ast.AST
    statement: ast.Assign
    call: ast.Call
    target: str


def loaded_elsewhere(text: str, path: str) -> Rewritten | None:
    """The text in which such models are made, if it has any."""
    if not _LOADS.search(text) or (module := program_tree(text)) is None:
        return None
    here, positions = _File(text, path, module), Positions(text)
    framework = {*_of_framework(module)}
    edits: dict[Span, str] = {}
    left: list[str] = []
    imports: dict[str, None] = {}
    for load in _loads(module):
        span = positions.span(load.statement)
        margin = text[text.rfind("\n", 0, span[0]) + 1 : span[0]]
        if ast.unparse(load.call.func).partition(".")[0] not in framework:
            continue  # a function of the program's own
        saved = None if margin.strip() or comments_in(text[slice(*span)]) else _saved(here, load)
        needed = None if saved is None else _import_of(here, saved)
        if saved is None or needed is None or not _is_compiled(load, saved):
            continue
        words = {n.id for n in all_in(saved.call) if isinstance(n, ast.Name)}
        if saved.compiles is not None:
            words |= {n.id for n in all_in(saved.compiles) if isinstance(n, ast.Name)}
        if any(_stores(load.scope, word) for word in words - {"model"}):
            continue
        if _may_train(here, load):
            continue  # with the state of the optimizer, which the file has, too
        target = load.target
        source = ast.unparse(load.call.args[0])
        lines = [f"{target} = {ast.unparse(saved.call)}", f"{target}.load_weights({source})"]
        left.append(lines[1])
        if not saved.compiled and saved.compiles is not None and _asked(load) - _ASKING:
            arguments = (*saved.compiles.args, *saved.compiles.keywords)
            lines.insert(1, f"{target}.compile({', '.join(map(ast.unparse, arguments))})")
        edits[span] = f"\n{margin}".join(lines)
        imports |= {needed: None} if needed else {}
    if imports:
        edits |= _with_imports(here, positions, list(imports))
    return rewritten(text, edits, left) if edits else None


def _loads(module: ast.Module) -> Iterator[_Load]:
    for scope in _scopes(module):
        for node in _own(scope):
            match node:
                case ast.Assign(targets=[target], value=ast.Call(args=[_]) as call):
                    plain = isinstance(target, ast.Name) or _is_attribute(target)
                    reads = all(one.arg in _READING for one in call.keywords)
                    if plain and reads and last_name(call.func) == "load_model":
                        yield _Load(scope, node, call, ast.unparse(target))


def _of_framework(module: ast.Module) -> Iterator[str]:
    """The names that a file imports from Keras, and defines nowhere."""
    own = {node.name for node in all_in(module) if isinstance(node, ast.FunctionDef)}
    for node in all_in(module):
        if isinstance(node, ast.ImportFrom) and not node.level:
            found = [(node.module or "", one.asname or one.name) for one in node.names]
        elif isinstance(node, ast.Import):
            found = [(one.name, one.asname or one.name.partition(".")[0]) for one in node.names]
        else:
            continue
        yield from (name for of, name in found if _FRAMEWORK.match(of) and name not in own)


def _is_attribute(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)


def _scopes(module: ast.AST) -> Iterator[ast.AST]:
    yield module
    yield from (node for node in all_in(module) if isinstance(node, ast.FunctionDef))


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """What stands in a function or module, but not in a function or class in it."""
    pending = [*parts_of(scope)]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _SCOPES):
            pending += parts_of(node)


def _saved(here: _File, load: _Load) -> _Saved | None:
    """How the only model is made that any file of the program saves where one is loaded."""
    wanted = _place(here, load.scope, load.call.args[0])
    found: list[_Saved | None] = []
    for file in _files(here) if wanted else ():
        for scope in _scopes(file.module):
            for model, place in _writes(scope):
                at = _place(file, scope, place)
                if at == wanted or (not at and _MODEL.search(model)):
                    found.append(None if scope is load.scope else _made(file, scope, model))
    made = [one for one in found if one is not None]
    if not made or len(made) < len(found):
        return None
    first = made[0]
    same = {(one.file.path, *_written(one)) for one in made}
    return first if len(same) == 1 else None


def _written(saved: _Saved) -> tuple[str, ...]:
    """What makes and compiles a model, as it is written, and whether its builder compiles it."""
    compiles = "" if saved.compiles is None else ast.unparse(saved.compiles)
    return ast.unparse(saved.call), compiles, str(saved.compiled)


def _files(here: _File) -> Iterator[_File]:
    """The file itself, and the others of its project that may save a model."""
    yield here
    real = real_path(here.path)
    others = files_saving_models(project_root(os.path.dirname(real))) if here.path else []
    for path in (one for one in others if one != real):
        text = program_in(path)
        module = program_tree(text)
        if module is not None:
            yield _File(text, path, module)


def _place(file: _File, scope: ast.AST, node: ast.expr) -> str:
    """What tells one path of a file from another one; "" where it is not known.

    Expressions over constants are the same where these come from the same modules.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return repr(node.value)
    names = {one.id for one in all_in(node) if isinstance(one, ast.Name)}
    if not names or any(_stores(scope, name) for name in names) or not names <= _steady(file):
        return ""
    constants = constants_it_may_be(file.text, file.path, ast.unparse(node))
    known = next(iter(constants)) if len(constants) == 1 else None
    if known and known[0] in "\"'":
        return known
    return f"{ast.unparse(node)}: {sorted(_origin(file, name) for name in names)}"


def _origin(file: _File, name: str) -> tuple[str, str]:
    """The file in which a name of a module is made, and its name there."""
    home = os.path.dirname(real_path(file.path))
    for statement in file.module.body:
        match statement:
            case ast.ImportFrom(module=module, names=aliases, level=level):
                parts = [("." * level + (module or ""), one) for one in aliases]
            case ast.Import(names=aliases):
                parts = [(one.name, one) for one in aliases]
            case _:
                continue
        for of, one in parts:
            if (one.asname or one.name) == name:
                place = locate(home, of, file.text)
                return (str(place) if place is not None else of), one.name
    return real_path(file.path), name


def _stores(scope: ast.AST, name: str) -> bool:
    """Whether a function has a variable or parameter of that name; a module may have it."""
    if isinstance(scope, ast.Module):
        return False
    return any(
        (isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store))
        or (isinstance(node, ast.arg) and node.arg == name)
        for node in all_in(scope)
    )


def _steady(file: _File) -> set[str]:
    """The names of the module that get a value once, at its top."""
    bound: dict[str, int] = {}
    for node in _own(file.module):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                bound[name] = bound.get(name, 0) + 1
            case ast.alias(name=name, asname=called):
                bound[called or name.partition(".")[0]] = 1
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                bound[name] = bound.get(name, 0) + 1
    declared = {
        name for node in all_in(file.module) if isinstance(node, ast.Global) for name in node.names
    }
    return {name for name, times in bound.items() if times == 1} - declared


def _writes(scope: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The models that a function or module saves, by their variables, and where to."""
    fitted: set[str] = set()
    kept: list[ast.expr] = []
    for node in _own(scope):
        match node:
            case ast.Call(func=ast.Attribute(of, "save"), args=[place, *_]):
                yield ast.unparse(of), place
            case ast.Call(func=ast.Name("save_model") | ast.Attribute(attr="save_model")):
                if len(node.args) > 1:
                    yield ast.unparse(node.args[0]), node.args[1]
            case ast.Call(func=ast.Name("ModelCheckpoint") | ast.Attribute(attr="ModelCheckpoint")):
                named = {one.arg: one.value for one in node.keywords}
                weights = named.get("save_weights_only")
                if weights is None or (isinstance(weights, ast.Constant) and not weights.value):
                    kept += node.args[:1] or [named[n] for n in ("filepath",) if n in named]
                else:
                    kept += node.args[:1] if not isinstance(weights, ast.Constant) else []
            case ast.Call(func=ast.Attribute(of, "fit" | "fit_generator")):
                fitted.add(ast.unparse(of))
    for place in kept:
        yield fitted.pop() if len(fitted) == 1 else "", place
        fitted = set() if len(kept) > 1 else fitted


def _made(file: _File, scope: ast.AST, model: str) -> _Saved | None:
    """How a variable of a function or module gets its only model, if a builder gives it that."""
    given: list[ast.expr | None] = []
    asked: set[str] = set()
    whole = 0
    compiles: list[ast.Call] = []
    for node in _own(scope):
        whole += isinstance(node, ast.Name) and node.id == model
        match node:
            case ast.Call(func=ast.Attribute(ast.Name(name), "compile")) if name == model:
                compiles.append(node)
        match node:
            case ast.Assign(targets=[ast.Name(name)], value=value) if name == model:
                given.append(value)
            case ast.Name(id=name, ctx=ast.Store()) if name == model:
                given.append(None)
            case ast.Attribute(ast.Name(name), asks) if name == model:
                asked.add(asks)
                whole -= 1
    calls = [one for one in given if one is not None]
    if len(given) != 2 or len(calls) != 1 or not asked <= _PLAIN:  # each binds its name as well
        return None
    (call,) = calls
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return None
    if not _is_steady(file, scope, call):
        return None
    builder = _builder(file, call.func.id)
    if builder is None or not _gives_model(builder):
        return None
    inside = any(isinstance(n, ast.Attribute) and n.attr == "compile" for n in all_in(builder))
    again = compiles[0] if len(compiles) == 1 and not inside and whole == 1 else None
    again = again if again is not None and _is_steady(file, scope, again) else None
    return _Saved(file, scope, call, inside and "compile" not in asked, again)


def _is_steady(file: _File, scope: ast.AST, call: ast.Call) -> bool:
    """Whether a call means the same elsewhere: it is given constants, or objects made of such."""
    steady = _steady(file)
    parts = (
        ast.Constant,
        ast.Tuple,
        ast.List,
        ast.UnaryOp,
        ast.unaryop,
        ast.keyword,
        ast.Attribute,
    )
    for argument in (*call.args, *call.keywords):
        for one in all_in(argument):
            if isinstance(one, ast.keyword) and one.arg is None:
                return False
            if isinstance(one, ast.Name):
                if one.id not in steady or _stores(scope, one.id):
                    return False
            elif isinstance(one, ast.Call):
                if not last_name(one.func)[:1].isupper():
                    return False
            elif not isinstance(one, parts):
                return False
    return not (isinstance(call.func, ast.Name) and _stores(scope, call.func.id))


def _builder(file: _File, name: str) -> ast.FunctionDef | None:
    """The function of that name, of the file or of one that it imports it from."""
    for statement in file.module.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == name:
            return statement
    module = _imports(file).get(name)
    home = os.path.dirname(real_path(file.path))
    place = locate(home, module, file.text) if module is not None else None
    tree = program_tree(program_in(str(place))) if place is not None else None
    made = (
        (one for one in tree.body if isinstance(one, ast.FunctionDef)) if tree is not None else ()
    )
    return next((one for one in made if one.name == name), None)


def _gives_model(builder: ast.FunctionDef) -> bool:
    """Whether it gives one thing alone."""
    given = [node.value for node in _own(builder) if isinstance(node, ast.Return)]
    plain = all(isinstance(one, (ast.Name, ast.Call)) for one in given)
    return bool(given) and plain and not builder.decorator_list


def _asked(load: _Load) -> set[str]:
    """What is asked of the model where it is loaded; "" where it is handed on."""
    whole, found = 0, set[str]()
    inner = [one for one in _scopes(load.scope) if one is not load.scope]
    seen = [one for one in inner if not _stores(one, load.target)]
    for node in (*_own(load.scope), *(node for one in seen for node in _own(one))):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == load.target:
            found.add(node.attr)
            whole -= 1
        if isinstance(node, (ast.Name, ast.Attribute)) and ast.unparse(node) == load.target:
            whole += isinstance(node.ctx, ast.Load)
    return found | ({""} if whole else set())


def _may_train(here: _File, load: _Load) -> bool:
    """Whether something trains the model that is loaded, or may: who else gets it."""
    if isinstance(load.statement.targets[0], ast.Name):
        return not _asked(load).isdisjoint({*_TRAINING, ""})
    attribute = load.target.partition(".")[2]  # of an object, which others may ask for it
    for node in all_in(here.module):
        match node:
            case ast.Attribute(ast.Attribute(attr=held), asked) if held == attribute:
                if asked not in _ASKING and asked not in ("evaluate", "test_on_batch"):
                    return True
    return False


def _is_compiled(load: _Load, saved: _Saved) -> bool:
    """Whether all is known that is asked of the model that is loaded."""
    alone = isinstance(load.statement.targets[0], ast.Name) and _asked(load) <= _ASKING
    return saved.compiled or saved.compiles is not None or alone


def _import_of(here: _File, saved: _Saved) -> str | None:
    """The import that the builder needs here, "" for none; None where it can't be had."""
    assert isinstance(saved.call.func, ast.Name)
    name = saved.call.func.id
    if saved.file is here:
        return ""
    written = [saved.call] if saved.compiles is None else [saved.call, saved.compiles]
    arguments = [part for one in written for part in (*one.args, *one.keywords)]
    if any(isinstance(node, ast.Name) for one in arguments for node in all_in(one)):
        return None
    own = _imports(here)
    if name in own:
        return "" if _builder(here, name) is _builder(saved.file, name) else None
    home, there = (os.path.dirname(real_path(one.path)) for one in (here, saved.file))
    if home != there or name in _names(here) or _first_import(here) is None:
        return None
    if (module := _imports(saved.file).get(name)) is not None:
        return f"from {module} import {name}"
    for module in own.values():
        if (place := locate(home, module, here.text)) is not None:
            if real_path(str(place)) == real_path(saved.file.path):
                return f"from {module} import {name}"
    return None


def _imports(file: _File) -> dict[str, str]:
    """From which module a file imports its names."""
    return {
        one.name: "." * statement.level + (statement.module or "")
        for statement in file.module.body
        if isinstance(statement, ast.ImportFrom)
        for one in statement.names
        if one.asname is None
    }


def _names(file: _File) -> set[str]:
    """What is bound somewhere in a file."""
    found = {n.id for n in all_in(file.module) if isinstance(n, ast.Name)}
    return found | {n.asname or n.name for n in all_in(file.module) if isinstance(n, ast.alias)}


def _first_import(here: _File) -> ast.Import | ast.ImportFrom | None:
    """The first one at the top that another may stand before."""
    for statement in here.module.body:
        future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        if isinstance(statement, (ast.Import, ast.ImportFrom)) and not future:
            return statement
    return None


def _with_imports(here: _File, positions: Positions, imports: list[str]) -> dict[Span, str]:
    """The imports before the first one of those at the top."""
    first = _first_import(here)
    assert first is not None
    start = positions.span(first)[0]
    return {(start, start): "".join(f"{one}\n" for one in imports)}
