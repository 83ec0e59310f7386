"""Which plain statements stay: those that something reads that stays."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.emit.edits import Edit, apply
from transpiler.emit.given import reaches_out
from transpiler.emit.residual.removal import Removal
from transpiler.interpret.values import Choice, Framework, Layer, Model, UserClass, Value, is_graph
from transpiler.ir.code import Construct, Line
from transpiler.passes.liveness import walk
from transpiler.source.changed_inside import METHODS
from transpiler.source.lexical import names_read, words_in
from transpiler.source.suites import bodies, is_docstring, is_inside, leaf_statements


def only_left(removal: Removal, leaf: cst.CSTNode) -> bool:
    """Whether a statement makes a layer that no model calls, and code that is left uses."""
    layers = removal.region.layer_statements.get(id(leaf), [])
    left = [owner for _, _, owner in removal.region.left_calls]
    return any(not layer.calls and layer in left for layer in layers)


def plain_decision(removal: Removal, leaf: cst.CSTNode, first_model: int) -> str:
    """What is decided of a statement that builds nothing: "local" ones stay if they are read.

    Those that change a list or dict for the class stay as well, if what stays has one of its own.
    """
    if removal.is_module or id(leaf) in removal.trains:
        return "keep"
    if isinstance(leaf, (cst.FunctionDef, cst.ClassDef)):
        return "local"
    if isinstance(leaf, cst.SimpleStatementLine):
        small = leaf.body[0]
        if is_docstring(leaf) or removal.tree.span(leaf)[0] in removal.outside:
            return "keep"
        if isinstance(small, (cst.Import, cst.ImportFrom, cst.Global)):
            return "local"
        if isinstance(small, (cst.Raise, cst.Assert)):
            return "drop" if removal.tree.span(leaf)[0] < first_model else "keep"
        if isinstance(small, cst.Return):
            return "keep"
        if isinstance(small, (cst.Expr, cst.Del)):
            if (
                id(leaf) in removal.region.static_statements
                and removal.tree.span(leaf)[0] < first_model
            ):
                if _changes_its_own(removal, small):
                    return "changes"
                return "drop" if removal.tree.span(leaf)[0] in removal.taken else "keep"
            return "keep"
        if isinstance(small, (cst.Assign, cst.AnnAssign, cst.AugAssign)):
            if _sets_attribute(small):
                return "keep"
            return "local"
        if isinstance(small, cst.Pass):
            return "drop"
    return "keep"


def _changed_variable(small: cst.BaseSmallStatement) -> str:
    """The variable of which a statement changes the list or dict: `options.update(units=4)`."""
    match small:
        case cst.Expr(cst.Call(func=cst.Attribute(cst.Name(name), cst.Name(method)))):
            return name if method in METHODS else ""
        case cst.Del(cst.Subscript(cst.Name(name))):
            return name
    return ""


def _changes_its_own(removal: Removal, small: cst.Expr | cst.Del) -> bool:
    """Whether the list or dict that a statement changes is made by the function itself.

    A class makes one of its own. Of `given or {}` that is not certain: what may be done twice is.
    """
    name = _changed_variable(small)
    source = removal.tree.source(small)
    made = [*_assigned(removal, name)] if name else []
    again = f"{name}.update(" in source or f"{name}.setdefault(" in source
    shared = (cst.Name, cst.Attribute, cst.Subscript)
    perhaps = (cst.BooleanOperation, cst.IfExp)
    return bool(made) and not any(
        isinstance(value, shared) or (isinstance(value, perhaps) and not again) for value in made
    )


def _assigned(removal: Removal, name: str) -> Iterator[cst.BaseExpression]:
    """What a function gives one of its variables."""
    for leaf in leaf_statements(removal.body):
        small = leaf.body[0] if isinstance(leaf, cst.SimpleStatementLine) else None
        match small:
            case cst.Assign(targets=[cst.AssignTarget(cst.Name(target))], value=value):
                if target == name:
                    yield value
            case cst.AnnAssign(target=cst.Name(target), value=cst.BaseExpression() as value):
                if target == name:
                    yield value


def is_jump(leaf: cst.CSTNode) -> bool:
    """Whether a statement is `break` or `continue`, which matters to what stays of its loop."""
    small = leaf.body[0] if isinstance(leaf, cst.SimpleStatementLine) else leaf
    return isinstance(small, (cst.Break, cst.Continue))


def is_pass(leaf: cst.CSTNode) -> bool:
    """Whether a statement does nothing."""
    return isinstance(leaf, cst.SimpleStatementLine) and isinstance(leaf.body[0], cst.Pass)


def kept_jumps(removal: Removal, leaves: list[cst.CSTNode]) -> list[cst.CSTNode]:
    """The jumps in loops of which something stays; they stay from now on."""
    decisions = removal.decisions
    jumps = [leaf for leaf in leaves if decisions[id(leaf)] == "jump"]
    kept = [leaf for leaf in jumps if _lives(removal, leaf)] if jumps else []
    decisions.update((id(leaf), "keep") for leaf in kept)
    return kept


def _lives(removal: Removal, jump: cst.CSTNode) -> bool:
    """Whether something stays of the loop that a jump leaves or goes on with."""
    loop = _loop_around(removal.tree.span(jump), removal, removal.body)
    return loop is not None and any(
        removal.decisions.get(id(leaf)) == "keep" for leaf in leaf_statements([loop])
    )


def _loop_around(
    span: tuple[int, int], removal: Removal, body: list[cst.CSTNode]
) -> cst.CSTNode | None:
    for statement in body:
        if is_inside(span, removal.tree.span(statement)):
            for suite in bodies(statement):
                if (inner := _loop_around(span, removal, suite)) is not None:
                    return inner
            return statement if isinstance(statement, (cst.For, cst.While)) else None
    return None


def _sets_attribute(small: cst.Assign | cst.AnnAssign | cst.AugAssign) -> bool:
    if isinstance(small, cst.Assign):
        return any(isinstance(t.target, cst.Attribute) for t in small.targets)
    return isinstance(small.target, cst.Attribute)


def drop_unread(removal: Removal, leaves: list[cst.CSTNode]) -> None:
    """Plain statements stay only where something that stays reads what they define."""
    parameters = set(removal.region.parameters)
    for leaf in leaves:
        if removal.decisions[id(leaf)] == "local" and _may_act(removal, leaf):
            removal.decisions[id(leaf)] = "keep"
    wanted: set[str] = _instance_words(removal) - parameters
    for leaf in leaves:
        if removal.decisions[id(leaf)] == "keep":
            wanted |= _words(removal, leaf) - _classes(removal, leaf)
            wanted |= _header_words(removal, leaf, removal.body)
        elif id(leaf) in removal.gone and _names_something(leaf):
            # what stands for it where it is used is made of the same
            wanted |= _words(removal, leaf) - _classes(removal, leaf) - _defines(removal, leaf)
    changed = True
    while changed:
        changed = False
        for leaf in leaves:
            if removal.decisions[id(leaf)] not in ("local", "changes"):
                continue
            if _defines(removal, leaf) & wanted:
                removal.decisions[id(leaf)] = "keep"
                wanted |= _words(removal, leaf)
                wanted |= _header_words(removal, leaf, removal.body)
                changed = True
        for leaf in kept_jumps(removal, leaves):
            wanted |= _header_words(removal, leaf, removal.body)
            changed = True
    passed = _instance_words(removal) & parameters - {"self"} - removal.given
    until = _end_of_making(removal)
    for leaf in leaves:
        if removal.decisions[id(leaf)] in ("local", "jump", "changes"):
            removal.decisions[id(leaf)] = "drop"
        elif _defines(removal, leaf) & passed and id(leaf) not in removal.replacements:
            early = removal.tree.span(leaf)[0] < until
            removal.conflict |= early and id(leaf) not in removal.trains


def _names_something(leaf: cst.CSTNode) -> bool:
    """Whether a statement gives a variable a value."""
    small = leaf.body[0] if isinstance(leaf, cst.SimpleStatementLine) else None
    return isinstance(small, (cst.Assign, cst.AnnAssign))


def _classes(removal: Removal, leaf: cst.CSTNode) -> set[str]:
    """The variables for classes of the framework that what is converted does not read any more."""
    span = removal.tree.span(leaf)
    makes = any(is_inside(place, span) for place in removal.region.optimizers)
    if id(leaf) not in removal.converted and not (makes and removal.converted):
        return set()
    scope = removal.region.scope
    return {w for w in _words(removal, leaf) if w in scope.values and _is_class(scope.get(w))}


def _is_class(value: Value | None) -> bool:
    if isinstance(value, Choice):
        return all(map(_is_class, value.options))
    return isinstance(value, Framework)


def _end_of_making(removal: Removal) -> int:
    """Where the last statement ends in which a model is made, with the loops around it."""
    ends = [0]
    for place in removal.places.values():
        span = removal.tree.span(place)
        around = (removal.tree.span(s) for s in removal.body)
        ends += [outer[1] for outer in around if is_inside(span, outer)]
    return max(ends)


def _may_act(removal: Removal, leaf: cst.CSTNode) -> bool:
    """Whether a statement calls something that may matter, though nothing reads what it gives.

    `written = save(x)` of a function that also builds a model; a class has nothing of it.
    """
    start, _ = removal.tree.span(leaf)
    if start in removal.taken or not any(leaf is statement for statement in removal.body):
        return False
    if not isinstance(leaf, cst.SimpleStatementLine):
        return False
    scope = removal.region.scope
    held = [scope.get(name) for name in _words(removal, leaf)]
    plain = not any(
        isinstance(v, (Framework, Layer, Model)) or is_graph(v) for v in held if v is not None
    )
    clips = removal.region.file.clips
    plain = plain and not any(isinstance(v, UserClass) and id(v.node) in clips for v in held)
    known = frozenset(scope.values) | frozenset(removal.region.parameters)
    return plain and reaches_out(removal.region.file, removal.tree.code(leaf), known)


def drop_spent(removal: Removal, leaves: list[cst.CSTNode]) -> None:
    """`width = 8 * i` beside the last layers of a model goes, where only they read it.

    Where something else that stays gives the same name, it stays too: it has the last word.
    """
    within = [removal.tree.span(place) for _, place in removal.completing()]
    plain = [
        leaf
        for leaf in leaves
        if removal.decisions[id(leaf)] == "keep"
        and id(leaf) not in removal.replacements
        and any(is_inside(removal.tree.span(leaf), span) for span in within)
        and _only_computes(removal, leaf)
    ]
    if not plain:
        return
    kept = [s for s in leaves if removal.decisions[id(s)] == "keep" and s not in plain]
    wanted = _instance_words(removal) | _class_words(removal)
    for leaf in kept:
        wanted |= _words(removal, leaf) | _header_words(removal, leaf, removal.body)
    spent = plain
    while spent:
        read = [leaf for leaf in spent if _defines(removal, leaf) & wanted]
        spent = [leaf for leaf in spent if leaf not in read]
        if not read:
            break
        for leaf in read:
            wanted |= _words(removal, leaf) | _header_words(removal, leaf, removal.body)
    removal.decisions.update((id(leaf), "drop") for leaf in spent)


def _only_computes(removal: Removal, leaf: cst.CSTNode) -> bool:
    """Whether a statement does nothing but give names to what it computes."""
    small = leaf.body[0] if isinstance(leaf, cst.SimpleStatementLine) else None
    if isinstance(small, cst.Pass):
        return True
    targets = small.targets if isinstance(small, cst.Assign) else ()
    named = all(isinstance(t.target, cst.Name) for t in targets)
    if isinstance(small, (cst.AugAssign, cst.AnnAssign)):
        named = isinstance(small.target, cst.Name)
    elif not targets:
        return False
    known = frozenset(removal.region.scope.values)
    return named and not reaches_out(removal.region.file, removal.tree.code(leaf), known)


def _class_words(removal: Removal) -> set[str]:
    """The names of the module that the layers of its models are made with."""
    found: set[str] = set()
    for built, _ in removal.instances.values():
        nodes = list(walk(built.init))
        texts = [n.module.constructor.text for n in nodes if isinstance(n, Construct)]
        lines = [n.text for n in nodes if isinstance(n, Line)]
        defined = {text.partition(" = ")[0] for text in lines}
        found |= {w for text in (*texts, *lines) for w in words_in(text)} - defined
    return found


def drop_emptied(removal: Removal, leaves: list[cst.CSTNode]) -> None:
    """`skips = []` of the module goes, where only what builds a graph put something into it."""
    kept = [leaf for leaf in leaves if removal.decisions[id(leaf)] != "drop"]
    empty = [leaf for leaf in kept if _is_empty_list(leaf)]
    if not empty:
        return
    gone = [leaf for leaf in leaves if removal.decisions[id(leaf)] == "drop"]
    filled = {w for leaf in gone for w in words_in(removal.tree.source(leaf))}
    for leaf in empty:
        (name,) = _defines(removal, leaf)
        rest = [other for other in kept if other is not leaf]
        read = {w for other in rest for w in _words(removal, other)}
        read |= {w for other in rest for w in _header_words(removal, other, removal.body)}
        if name in filled - read:
            removal.decisions[id(leaf)] = "drop"


def drop_constants(removal: Removal, leaves: list[cst.CSTNode]) -> None:
    """`steps = tf.range(10)` of the module goes, where only what builds a graph reads it."""
    for leaf in reversed(removal.region.constants):
        rest = [s for s in leaves if removal.decisions[id(s)] != "drop" and s is not leaf]
        read = {w for s in rest for w in _words(removal, s) | _header_words(removal, s, [s])}
        if not _defines(removal, leaf) & read:
            removal.decisions[id(leaf)] = "drop"


def keep_model_lists(removal: Removal, leaves: list[cst.CSTNode]) -> None:
    """`models = [small, large]` of the module stays where what stays reads it, or nothing does."""
    lists = [leaf for leaf in removal.region.model_lists if removal.decisions.get(id(leaf))]
    for leaf in reversed(lists):
        names = _defines(removal, leaf)
        decided = {
            removal.decisions[id(other)]
            for other in leaves
            if other is not leaf
            and names & (_words(removal, other) | _header_words(removal, other, removal.body))
        }
        if "keep" in decided or not decided:
            removal.decisions[id(leaf)] = "keep"


def _is_empty_list(leaf: cst.CSTNode) -> bool:
    """Whether a statement is `name = []`."""
    small = leaf.body[0] if isinstance(leaf, cst.SimpleStatementLine) else None
    return (
        isinstance(small, cst.Assign)
        and len(small.targets) == 1
        and isinstance(small.targets[0].target, cst.Name)
        and isinstance(small.value, (cst.List, cst.Dict))
        and not small.value.elements
    )


def _instance_words(removal: Removal) -> set[str]:
    return {w for _, text in removal.instances.values() for w in names_read(text)}


def _header_words(removal: Removal, leaf: cst.CSTNode, body: list[cst.CSTNode]) -> set[str]:
    """The names that decide whether, and how often, a statement runs."""
    span = removal.tree.span(leaf)
    found: set[str] = set()
    for statement in body:
        if isinstance(statement, (cst.SimpleStatementLine, cst.FunctionDef, cst.ClassDef)):
            continue
        if statement is leaf or not is_inside(span, removal.tree.span(statement)):
            continue
        rest: cst.CSTNode | None = statement
        while rest is not None:
            if isinstance(rest, (cst.If, cst.While)) and id(rest) not in removal.region.resolved:
                found |= words_in(removal.tree.source(rest.test))
            elif isinstance(rest, cst.For):
                found |= words_in(removal.tree.source(rest.iter))
            elif isinstance(rest, cst.With):
                found |= {w for i in rest.items for w in words_in(removal.tree.source(i))}
            rest = rest.orelse if isinstance(rest, cst.If) else None
        for suite in bodies(statement):
            found |= _header_words(removal, leaf, suite)
        break
    return found


def _words(removal: Removal, leaf: cst.CSTNode) -> set[str]:
    """The names that a statement says, without what is replaced in it."""
    if is_docstring(leaf):
        return set()
    start, end = removal.tree.span(leaf)
    text = removal.tree.text[start:end]
    edits = removal.replacements.get(id(leaf))
    if edits:
        shifted = [Edit(e.start - start, e.end - start, " ") for e in edits]
        text = apply(text, shifted)
    return words_in(text)


def _defines(removal: Removal, leaf: cst.CSTNode) -> set[str]:
    """The names that a statement binds, or changes what they hold."""
    if isinstance(leaf, (cst.FunctionDef, cst.ClassDef)):
        return {leaf.name.value}
    found: set[str] = set()
    if isinstance(leaf, cst.SimpleStatementLine):
        for small in leaf.body:
            if isinstance(small, cst.Assign):
                for target in small.targets:
                    found |= names_read(removal.tree.source(target.target))
            elif isinstance(small, (cst.AnnAssign, cst.AugAssign)):
                found |= names_read(removal.tree.source(small.target))
            elif isinstance(small, (cst.Import, cst.ImportFrom, cst.Global)):
                found |= words_in(removal.tree.source(small))
            elif isinstance(small, (cst.Expr, cst.Del)):
                found.add(_changed_variable(small))
    return found - {""}
