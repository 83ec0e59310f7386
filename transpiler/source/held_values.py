"""What the names, attributes and keys of some files hold, whatever they belong to.

run(v=3)            Settings(rate=0.1)          parser.add_argument("--rate", default=0.1)
"""

from __future__ import annotations

import ast
import json
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress

from transpiler.record import record
from transpiler.source.syntax import all_in


@record(slots=True)
class Binding:
    """Something that is given to names: a value, or each element of one."""

    target: ast.expr
    value: ast.expr | None
    each: bool = False


#: What makes an object, or a dict, of its keywords.
_HOLDERS = frozenset({
    "SimpleNamespace", "Namespace", "dict", "update", "replace", "_replace", "set_defaults",
    "Box", "AttrDict", "EasyDict", "Munch", "Bunch", "ConfigDict", "partial",
})  # fmt: skip
Function = ast.FunctionDef | ast.AsyncFunctionDef


class HeldValues:
    """What the names, attributes and keys of some files hold, whatever they belong to."""

    def __init__(self, modules: Iterable[ast.Module]) -> None:
        self.bindings: dict[str, list[Binding]] = defaultdict(list)
        self.fields: dict[str, list[ast.expr | None]] = defaultdict(list)
        self.functions: dict[str, list[Function]] = defaultdict(list)
        self.parameters: dict[str, list[tuple[str, Function]]] = defaultdict(list)
        self.classes: dict[str, ast.ClassDef] = {}
        self.calls: dict[str, list[ast.Call]] = defaultdict(list)
        self.aliases: dict[str, str] = {}
        nodes = [node for module in modules for node in all_in(module)]
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                self._class(node)
            elif isinstance(node, Function):
                self.functions[node.name].append(node)
        initial = {id(f): c.name for c in self.classes.values() for f in c.body if is_initial(f)}
        for node in nodes:
            self._read(node)
            if isinstance(node, Function):
                called = initial.get(id(node), node.name)
                for parameter in ordered(node) + [a.arg for a in node.args.kwonlyargs]:
                    self.parameters[parameter].append((called, node))
        for called, function in [(n, f) for n, fs in self.functions.items() for f in fs]:
            if function.args.kwarg is not None:
                for call in self.calls[initial.get(id(function), called)]:
                    self._keep(call.keywords)

    def _read(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._bind(target, value)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self._bind(target, value)
            case ast.NamedExpr(target=target, value=value):
                self._bind(target, value)
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                self._bind(target, value, each=True)
            case ast.withitem(optional_vars=ast.expr() as target):
                self._bind(target, None)
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        self.fields[key.value].append(value)
            case ast.ImportFrom(names=names):
                for name in names:
                    if name.asname is not None and name.asname != name.name:
                        self.aliases[name.asname] = name.name
            case ast.Call():
                self._call(node)

    def _bind(self, target: ast.expr, value: ast.expr | None, each: bool = False) -> None:
        binding = Binding(target, value, each)
        for inner in all_in(target):
            match inner:
                case ast.Name(id=name, ctx=ast.Store()):
                    self.bindings[name].append(binding)
                case ast.Attribute(attr=name, ctx=ast.Store()):
                    self.bindings[f".{name}"].append(binding)
                case ast.Subscript(slice=ast.Constant(value=str(name)), ctx=ast.Store()):
                    self.bindings[f".{name}"].append(binding)

    def _class(self, node: ast.ClassDef) -> None:
        self.classes[node.name] = node
        for statement in node.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self.fields[name].append(value)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    self.fields[name].append(_of_field(value))

    def _call(self, call: ast.Call) -> None:
        called = called_name(call.func)
        self.calls[called].append(call)
        if called in _HOLDERS:
            self._keep(call.keywords)
        match called, call.args:
            case "partial", [ast.Name(id=name) | ast.Attribute(attr=name), *args]:
                self.calls[name].append(ast.Call(call.func, args, call.keywords))
            case "setattr", [_, ast.Constant(value=str(name)), value]:
                self.fields[name].append(value)
            case "add_argument", _:
                for name in _options(call):
                    self.fields[name].append(_default(call))
            case "loads" | "safe_load", [ast.Constant(value=str(text))]:
                self._read_json(text)
            case "namedtuple", [ast.Constant(value=str(name)), *_]:
                self.classes.setdefault(name, _tuple_class(name, call))
        if (kept := self.classes.get(called)) is not None:
            self._keep(call.keywords)
            if not any(is_initial(f) for f in kept.body):
                for name, value in zip(_fields_of(kept), call.args, strict=False):
                    self.fields[name].append(value)

    def _read_json(self, text: str) -> None:
        """The entries of settings that the program has as a text."""
        with suppress(ValueError):
            pending = [json.loads(text)]
            while pending:
                held = pending.pop()
                pending += held.values() if isinstance(held, dict) else ()
                pending += held if isinstance(held, list) else ()
                for name, value in held.items() if isinstance(held, dict) else ():
                    plain = value is None or isinstance(value, (str, int, float))
                    self.fields[name].append(ast.Constant(value) if plain else None)

    def _keep(self, keywords: list[ast.keyword]) -> None:
        for keyword in keywords:
            if keyword.arg is not None:
                self.fields[keyword.arg].append(keyword.value)


def is_initial(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == "__init__"


def called_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def ordered(function: Function) -> list[str]:
    return [a.arg for a in (*function.args.posonlyargs, *function.args.args)]


def _fields_of(node: ast.ClassDef) -> list[str]:
    """The fields of a class of values, in the order in which it is given them."""
    return [
        s.target.id
        for s in node.body
        if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)
    ]


def _of_field(value: ast.expr) -> ast.expr | None:
    """What a field of a class holds that says so by `field(default=…)`."""
    match value:
        case ast.Call(func=func, keywords=keywords) if called_name(func) == "field":
            for keyword in keywords:
                if keyword.arg == "default":
                    return keyword.value
                if keyword.arg == "default_factory" and isinstance(keyword.value, ast.Lambda):
                    return keyword.value.body
            return ast.Name("field")
    return value


def _tuple_class(name: str, call: ast.Call) -> ast.ClassDef:
    """A class with the fields of a named tuple."""
    fields: list[str] = []
    match call.args[1:]:
        case [ast.Constant(value=str(words)), *_]:
            fields = words.replace(",", " ").split()
        case [ast.List(elts=parts) | ast.Tuple(elts=parts), *_]:
            fields = [str(p.value) for p in parts if isinstance(p, ast.Constant)]
    lines = "".join(f"\n    {field}: object" for field in fields)
    made = ast.parse(f"class {name}:{lines or ' ...'}").body[0]
    assert isinstance(made, ast.ClassDef)
    return made


def _options(call: ast.Call) -> list[str]:
    """What an argument of a command line is called: `--batch-size` is `batch_size`."""
    said = [str(a.value) for a in call.args if isinstance(a, ast.Constant)]
    given = [k.value for k in call.keywords if k.arg == "dest"]
    other = [str(v.value) for v in given if isinstance(v, ast.Constant)]
    return [*other, *(flag.lstrip("-").replace("-", "_") for flag in said)]


def _default(call: ast.Call) -> ast.expr | None:
    """What it is where the command line lacks it."""
    for keyword in call.keywords:
        if keyword.arg == "default":
            return keyword.value
    actions = {k.arg: k.value for k in call.keywords}
    match actions.get("action"):
        case ast.Constant(value="store_true"):
            return ast.Constant(False)
        case ast.Constant(value="store_false"):
            return ast.Constant(True)
    first = call.args[0] if call.args else None
    optional = isinstance(first, ast.Constant) and str(first.value).startswith("-")
    return ast.Constant(None) if optional and "required" not in actions else None
