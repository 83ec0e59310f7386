"""Finding what to compare: the variables that hold models, and the calls that make some.

Only the text of the original is read here. What it over-estimates does no harm: a value that turns
out to be no model, when the program runs, is left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from transpiler.verify.neutral import callee
from transpiler.verify.records import Program, Target
from transpiler.verify.siblings import imported_names, module_file, sibling
from transpiler.verify.slices import bound_by, flatten, names_in, root_name

CONSTRUCTORS = frozenset({"Sequential", "Model", "Functional", "clone_model"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_ANY_FUNCTION = (*_FUNCTIONS, ast.Lambda)
_DEPTH = 4  #: how far imports of the project's own modules are followed


@dataclass
class Module:
    """What one module says about models, from its text."""

    tree: ast.Module
    program: Program
    imports: Mapping[str, str] = field(default_factory=dict)  #: local name → dotted name
    classes: set[str] = field(default_factory=set)  #: its subclasses of Model
    builders: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = field(default_factory=dict)
    methods: dict[str, set[str]] = field(default_factory=dict)  #: class → its model makers
    owners: set[str] = field(default_factory=set)  #: classes whose instances hold models
    imported: set[str] = field(default_factory=set)  #: builders and classes of other modules
    makers: set[str] = field(default_factory=set)  #: names of methods that return models

    def makes_model(self, node: ast.expr | None, local: frozenset[str] = frozenset()) -> bool:
        """Whether the value of an expression is, or holds, a newly made model."""
        if isinstance(node, ast.Name):
            return node.id in local
        if isinstance(node, (ast.Tuple, ast.List)):
            return any(self.makes_model(part, local) for part in node.elts)
        if isinstance(node, ast.Dict):
            return any(self.makes_model(part, local) for part in node.values)
        if isinstance(node, ast.IfExp):
            return self.makes_model(node.body, local) or self.makes_model(node.orelse, local)
        if not isinstance(node, ast.Call):
            return False
        if isinstance(node.func, ast.Attribute) and node.func.attr in self.makers:
            return True
        dotted = self.dotted(node.func)
        if dotted in {*self.classes, *self.builders, *self.imported, *self.owners}:
            return True
        if callee(node) in CONSTRUCTORS or ".applications." in f".{dotted}":
            known = "keras" in dotted or dotted.startswith(("tensorflow", "models."))
            return known or dotted == callee(node)
        return False

    def dotted(self, node: ast.expr) -> str:
        """The full name of a function, its import resolved: `tensorflow.keras.Model`."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        first = self.imports.get(node.id, node.id)
        return ".".join([first, *reversed(parts)])


def read_module(program: Program, depth: int = 0) -> Module:
    """Parse a program and find its builders and model classes, and those it imports."""
    tree = ast.parse(program.text)
    module = Module(tree, program, imported_names(tree))
    if depth < _DEPTH:
        _follow_imports(module, depth)
    _find_classes(module)
    known = -1
    while known != (known := len(module.builders) + len(module.makers) + len(module.owners)):
        for name, function in _functions(tree):
            if name not in module.builders and _returns_model(module, function):
                module.builders[name] = function
        _find_makers(module)
    return module


def _find_makers(module: Module) -> None:
    """The methods that return models, and the classes that keep some in attributes."""
    for statement in flatten(module.tree.body):
        if not isinstance(statement, ast.ClassDef) or statement.name in module.classes:
            continue
        for method in statement.body:
            if not isinstance(method, _FUNCTIONS) or _is_static(method):
                continue
            if _returns_model(module, method):
                module.methods.setdefault(statement.name, set()).add(method.name)
                module.makers.add(method.name)
            kept = (node for node in _own_nodes(method) if isinstance(node, ast.Assign))
            if any(_is_attribute(n.targets[0]) and module.makes_model(n.value) for n in kept):
                module.owners.add(statement.name)


def _is_attribute(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and root_name(node) == "self"


def find_targets(module: Module, calls: Sequence[str] = ()) -> list[Target]:
    """The models of a module in the order of its lines; `calls` are those the user asks for."""
    variables = _variables(module)
    bound = {ast.dump(value) for _, _, value in variables}
    compiled = _compiled(module)
    found: dict[str, Target] = {}
    for name, line, _ in variables:
        found.setdefault(name, Target(name, line, logits=name in compiled))
    for name, line in _class_attributes(module):
        found.setdefault(name, Target(name, line, name))
    for call in calls:
        node = ast.parse(call, mode="eval").body
        found.setdefault(call, Target(call, getattr(node, "lineno", 0), call, asked=True))
    for node in _known_calls(module):
        text = ast.unparse(node)
        if ast.dump(node) not in bound:
            found.setdefault(text, Target(text, node.lineno, text))
    for name, function in module.builders.items():
        if _needs_no_arguments(function) and not _called(found, variables, name):
            found.setdefault(f"{name}()", Target(f"{name}()", function.lineno, f"{name}()"))
    for name, line, plain in _unused_classes(module, list(found.values())):
        if plain:
            found.setdefault(name, Target(name, line, name))
    return list(found.values())


def _unused_classes(module: Module, targets: Sequence[Target]) -> Iterator[tuple[str, int, bool]]:
    """What makes a model of each class that no target makes an instance of.

    With its line, and whether it can be called just so.
    """
    made = {ast.unparse(n.func) for _, _, v in _variables(module) for n in _calls_of(v)}
    made |= {name for target in targets for name in names_of_calls(target.call)}
    classes = {s.name: s for s in flatten(module.tree.body) if isinstance(s, ast.ClassDef)}
    for name in sorted({*module.methods, *module.owners} - made, key=lambda n: classes[n].lineno):
        methods = {m.name: m for m in classes[name].body if isinstance(m, _FUNCTIONS)}
        start = methods.get("__init__")
        plain = start is None or _needs_no_arguments(start, 1)
        if name in module.owners:
            yield f"{name}({'' if plain else '...'})", classes[name].lineno, plain
            continue
        for method in sorted(module.methods[name], key=lambda m: methods[m].lineno):
            free = plain and _needs_no_arguments(methods[method], 1)
            text = f"{name}({'' if plain else '...'}).{method}({'' if free else '...'})"
            yield text, methods[method].lineno, free


def _calls_of(node: ast.expr) -> Iterator[ast.Call]:
    return (inner for inner in ast.walk(node) if isinstance(inner, ast.Call))


def unreached(module: Module, targets: Sequence[Target]) -> list[Target]:
    """Builders that nothing calls with known arguments: only `--call` can name those."""
    reached = {name for target in targets for name in names_of_calls(target.call)}
    for _, _, value in _variables(module):
        reached |= {module.dotted(n.func) for n in ast.walk(value) if isinstance(n, ast.Call)}
    used = {name: names_in(function) for name, function in module.builders.items()}
    grown = True
    while grown:  # what a reached builder calls itself is compared as a part of its model
        more = {n for name in reached if name in used for n in used[name] if n in used} - reached
        grown = bool(more)
        reached |= more
    return [
        Target(f"{name}(...)", function.lineno)
        for name, function in module.builders.items()
        if name not in reached
    ] + [Target(name, line) for name, line, plain in _unused_classes(module, targets) if not plain]


def defines(program: Program, call: str) -> bool:
    """Whether what a call calls is a function or class of this very module."""
    names = {name.split(".")[0] for name in names_of_calls(call)}
    body = flatten(ast.parse(program.text).body)
    return any(isinstance(s, (*_FUNCTIONS, ast.ClassDef)) and s.name in names for s in body)


def names_of_calls(call: str) -> set[str]:
    """`build` of `build(3)`, `Net.build` of `Net.build(3)`."""
    if not call:
        return set()
    tree = ast.parse(call, mode="eval")
    return {ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}


def _functions(
    tree: ast.Module,
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Functions of the module, and methods that need no instance as `Class.method`."""
    for statement in flatten(tree.body):
        if isinstance(statement, _FUNCTIONS):
            yield statement.name, statement
        elif isinstance(statement, ast.ClassDef):
            for method in statement.body:
                if isinstance(method, _FUNCTIONS) and _is_static(method):
                    yield f"{statement.name}.{method.name}", method


def _is_static(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    marks = {ast.unparse(decorator) for decorator in method.decorator_list}
    return bool(marks & {"staticmethod", "classmethod"})


def _find_classes(module: Module) -> None:
    """The subclasses of Model and Sequential, also of each other."""
    for statement in flatten(module.tree.body):
        if isinstance(statement, ast.ClassDef):
            bases = {module.dotted(base) for base in statement.bases}
            keras = {
                b
                for b in bases
                if b.split(".")[-1] in CONSTRUCTORS and ("keras" in b or "." not in b)
            }
            if keras or bases & (module.classes | module.imported):
                module.classes.add(statement.name)


def _own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions inside."""
    for child in ast.iter_child_nodes(function):
        yield child
        if not isinstance(child, (*_ANY_FUNCTION, ast.ClassDef)):
            yield from _own_nodes(child)


def _returns_model(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    local: set[str] = set()
    nodes = list(_own_nodes(function))
    for node in nodes:
        if isinstance(node, ast.Assign) and module.makes_model(node.value, frozenset(local)):
            local |= {name for target in node.targets for name in bound_by(target)}
    returns = [node.value for node in nodes if isinstance(node, ast.Return)]
    return any(module.makes_model(value, frozenset(local)) for value in returns)


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements of the module's own scope, those inside of blocks too."""
    for statement in body:
        yield statement
        if not isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
            for part in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(statement, part, None) or [])
            for handler in getattr(statement, "handlers", None) or []:
                yield from _statements(handler.body)


def _variables(module: Module) -> list[tuple[str, int, ast.expr]]:
    """Each module-level binding of a model: name, line, expression."""
    return _bindings(module, module.tree.body)


def _class_attributes(module: Module) -> Iterator[tuple[str, int]]:
    """The models that classes keep, each with its line: `Detector.model`."""
    for statement in flatten(module.tree.body):
        if isinstance(statement, ast.ClassDef):
            for name, line, _ in _bindings(module, statement.body):
                yield f"{statement.name}.{name}", line


def _bindings(module: Module, body: Sequence[ast.stmt]) -> list[tuple[str, int, ast.expr]]:
    """What the statements of a module or class bind to a model."""
    found: list[tuple[str, int, ast.expr]] = []
    for statement in _statements(body):
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            names = sorted(name for target in targets for name in bound_by(target))
            if module.makes_model(statement.value):
                found.extend((name, statement.lineno, statement.value) for name in names)
    return found


def _compiled(module: Module) -> set[str]:
    """Variables on which `.compile` is called at module level."""
    return {
        root_name(node.func)
        for statement in flatten(module.tree.body)
        if not isinstance(statement, (*_FUNCTIONS, ast.ClassDef))
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and callee(node) == "compile"
    }


def _known_calls(module: Module) -> Iterator[ast.Call]:
    """Calls of builders anywhere, whose arguments can be evaluated at module level."""
    known = {
        name
        for statement in _statements(module.tree.body)
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        for name in bound_by(target)
    } | {name for name in module.imports if not module.imports[name].startswith("numpy")}
    known |= {
        s.name for s in flatten(module.tree.body) if isinstance(s, (*_FUNCTIONS, ast.ClassDef))
    }
    yield from _calls_in(module, module.tree, frozenset(), frozenset(known))


def _calls_in(
    module: Module, node: ast.AST, local: frozenset[str], known: frozenset[str]
) -> Iterator[ast.Call]:
    for child in ast.iter_child_nodes(node):
        inner = local
        if isinstance(child, _ANY_FUNCTION):
            inner = local | _local_names(child)
        elif isinstance(child, ast.comprehension | ast.ListComp | ast.GeneratorExp | ast.DictComp):
            inner = local | {n.id for n in ast.walk(child) if isinstance(n, ast.Name)} - known
        if isinstance(child, ast.Call) and _dotted_text(child.func) in module.builders:
            names = names_in(child)
            if names <= known and not names & local and not _has_stars(child):
                yield child
        yield from _calls_in(module, child, inner, known)


def _dotted_text(node: ast.expr) -> str:
    return ast.unparse(node) if isinstance(node, (ast.Name, ast.Attribute)) else ""


def _has_stars(call: ast.Call) -> bool:
    stars = any(isinstance(a, ast.Starred) for a in call.args)
    return stars or any(keyword.arg is None for keyword in call.keywords)


def _local_names(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> set[str]:
    arguments = function.args
    names = {a.arg for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]}
    names |= {a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None}
    stores = (n for n in ast.walk(function) if isinstance(n, ast.Name))
    return names | {n.id for n in stores if isinstance(n.ctx, ast.Store)}


def _needs_no_arguments(function: ast.FunctionDef | ast.AsyncFunctionDef, given: int = 0) -> bool:
    """Whether it can be called with nothing more; the first `given` are bound already."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args][given:]
    if any(ast.unparse(d) == "classmethod" for d in function.decorator_list):
        positional = positional[1:]
    open_positional = len(positional) - len(arguments.defaults)
    return open_positional <= 0 and all(d is not None for d in arguments.kw_defaults)


def _called(
    found: Mapping[str, Target], variables: Sequence[tuple[str, int, ast.expr]], name: str
) -> bool:
    """Whether a builder's default call is among the targets already."""
    default = f"{name}()"
    return default in found or any(ast.unparse(value) == default for _, _, value in variables)


def _follow_imports(module: Module, depth: int) -> None:
    """Note the builders and model classes of other modules of the project, by dotted name."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        file = module_file(module.program, node)
        if file is None:
            continue
        try:
            other = read_module(sibling(module.program, file), depth + 1)
        except (SyntaxError, UnicodeDecodeError, OSError):
            continue
        prefix = "." * node.level + (node.module or "")
        names = {*other.builders, *other.classes, *other.owners}
        names |= {n for n, full in other.imports.items() if full in other.imported}
        module.imported |= {f"{prefix}.{name}" for name in names}
        module.makers |= other.makers


def called_function(target: Target) -> str:
    """The function of the module whose call a target is, if it is one."""
    node = ast.parse(target.call, mode="eval").body if target.call else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id
    return ""
