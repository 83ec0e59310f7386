"""The last look at a converted file: whether all that it reads of modules is there.

optimizer = Adam(model.parameters())        # and nothing in the file imports `Adam`

The original may read names that nothing binds, too: these are none of the conversion's.
"""

from __future__ import annotations

import ast
import builtins
import os
import re
import symtable
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeAlias

from transpiler.conversion import Conversion
from transpiler.diagnostics import LEFT_CODE, Severity
from transpiler.interpret.statements.imports_elsewhere import joined
from transpiler.neighbours import Convert, converted_text
from transpiler.options import Options
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.far_stars import brought_by_star
from transpiler.source.imported import imported_texts, locate, real_path
from transpiler.source.lexical import standing, words_in
from transpiler.source.occurrences import Occurrences
from transpiler.source.syntax import all_in, program_tree

#: What tells the text of another file as it is once that is converted.
_TextOf: TypeAlias = Callable[[str], str]

#: What each module has of itself.
_OF_MODULES = frozenset({
    "__annotations__", "__builtins__", "__doc__", "__file__", "__loader__", "__name__",
    "__package__", "__path__", "__spec__",
})  # fmt: skip


def with_unbound(
    convert: Convert, made: Conversion, text: str, options: Options, path: str, original: str
) -> Conversion:
    """A conversion with an error at each name that it has begun to read, and nothing gives.

    What is converted is a text in which something of other files may be that the original has not.
    """
    if made.text == original:
        return made
    text_of = partial(converted_text, convert, options)
    missing = _unbound(made.text)
    missing -= _unbound(original) if missing else set()
    if missing and "import *" in made.text:
        missing -= _starred(missing, made.text, path, text_of)
    missing |= _unset(original, made.text)
    found = {name: f"`{name}` is read here, and nothing gives it" for name in missing}
    if path:
        for name, module in _gone_from(original, made.text, path, text_of):
            found[name] = f"`{name}` is read here, and {module} has it no longer"
    return _said(made, text, found) if found else made


def _unbound(text: str) -> set[str]:
    """The names of the module that some code reads, and that nothing in it binds."""
    try:
        top = symtable.symtable(text, "<text>", "exec")
    except SyntaxError:
        return set()
    read, bound = _own(top)
    declared: set[str] = set()  #: names that functions may bind
    tables = top.get_children()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        if isinstance(table, symtable.Function):
            read.update(table.get_globals())
        else:
            read |= _own(table)[0]
    missing = {n for n in read - bound if not hasattr(builtins, n)} - _OF_MODULES
    if missing and "global" in text:
        declared = {n for words in _GLOBAL.findall(text) for n in words.split(", ")}
    return missing - declared


def _unset(before: str, after: str) -> set[str]:
    """The attributes of objects that a text has begun to read, and that nothing in it sets.

    They are called as something that the program had, as a parameter of the constructor.
    """
    asked = {*_OF_SELF.findall(after)}
    asked -= {*_SET_OF_SELF.findall(after), *_ATTRIBUTE.findall(before)} if asked else set()
    asked &= words_in(before) if asked else set()
    if not asked:
        return set()
    nodes = [*all_in(program_tree(after) or ast.Module([], []))]
    asked -= {one for node in nodes for one in _sets(node)}
    classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
    found: set[str] = set()
    for made in classes.values() if asked else ():
        own = all(isinstance(base, ast.Name) and base.id in classes for base in made.bases)
        for node in all_in(made) if own else ():  # a module has more of its own
            match node:
                case ast.Attribute(ast.Name("self"), name) if name in asked:
                    found.add(f"self.{name}")
    return found


def _sets(node: ast.AST) -> Iterator[str]:
    """The attributes that objects may have by a node."""
    match node:
        case ast.Attribute(attr=name, ctx=ast.Store()) | ast.Constant(str(name)):
            yield name
        case ast.ClassDef(body=body):
            for part in body:
                match part:
                    case ast.FunctionDef(name=name) | ast.AnnAssign(target=ast.Name(name)):
                        yield name
                    case ast.Assign(targets=targets):
                        yield from (t.id for t in targets if isinstance(t, ast.Name))


_ATTRIBUTE = regex(r"\.(\w+)")
_OF_SELF = regex(r"self\.(\w+)")
_SET_OF_SELF = regex(r"^[ \t]*self\.(\w+)(?:: [^=\n]+)? = ", re.MULTILINE)


def _own(table: symtable.SymbolTable) -> tuple[set[str], set[str]]:
    """What a module, or the body of a class, reads of the module, and what it binds."""
    top = table.get_type() == "module"
    symbols = [s for s in table.get_symbols() if top or s.is_global()]
    read = {s.get_name() for s in symbols if s.is_referenced()}
    return read, {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}


def _starred(names: set[str], text: str, path: str, text_of: _TextOf) -> set[str]:
    """Which of them a star brings; all, where one is of a module that nobody can look into."""
    folder = os.path.dirname(real_path(path)) if path else ""
    found: set[str] = set()
    for node in all_in(program_tree(text) or ast.Module([], [])):
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            home = locate(folder, f"{'.' * node.level}{node.module or ''}", text) if path else None
            if home is None:
                return names
            found |= names & brought_by_star(str(home), text_of)
    return found


def _gone_from(before: str, after: str, path: str, text_of: _TextOf) -> Iterator[tuple[str, str]]:
    """What a text has begun to read of other files of the project that do not have it any more."""
    stems = {_called(other) for other, _ in imported_texts(after, path)}
    words = {line: words_in(line) for line in _import_lines(after)} if stems else {}
    lines = [line for line, said in words.items() if not stems.isdisjoint(said)]
    fresh: set[str] = set()
    code = _COMMENTS.sub("", after) if lines else ""  # they name the files that nothing came of
    for root in frozenset[str]().union(*(words[line] for line in lines)):
        fresh |= _chains(root, code) - _chains(root, before)
    if not fresh and all(line in before for line in lines):
        return
    folder, had = os.path.dirname(real_path(path)), {*_imported(before)}
    for module, name, bound in _imported(after):
        home = locate(folder, module, after) if name != "*" else None
        if home is None:
            continue
        inner = locate(folder, joined(module, name), after) if name else home
        if inner is None or (name and home.name != "__init__.py"):
            if (module, name, bound) not in had and not _has(str(home), name, text_of):
                yield name, home.name
            continue
        for chain in sorted(fresh):
            root, _, attribute = chain.partition(".")
            below = inner.name == "__init__.py" and locate(str(inner.parent), f".{attribute}")
            gone = root == bound and not below and not _has(str(inner), attribute, text_of)
            if gone and _read_at(after, root, attribute) is not None:
                yield chain, inner.name


def _read_at(text: str, name: str, attribute: str = "") -> int | None:
    """Where code first has a name of the module, or reads what that has; None: nowhere."""
    places = (p for p in Occurrences(text).of(name) if not (p.local or (attribute and p.binds)))
    return min((p.start for p in places if attribute in ("", p.attribute)), default=None)


_GLOBAL = regex(r"\bglobal +(\w+(?:, \w+)*)")
#: Imports of what may be another file: after a line's end, which is found faster than its beginning
_LINES = regex(r"\n[ \t]*(?:from|import)[ \t]+(?!torch\b)[^\n(]*(?:\([^)]*\))?")
_WORD = regex(r"\w+")
_COMMENTS = regex(r"\n[ \t]*#[^\n]*")  #: those on lines of their own


def _import_lines(text: str) -> list[str]:
    return [line.strip() for line in _LINES.findall(f"\n{text}")]


def _chains(root: str, text: str) -> set[str]:
    """What a text asks of a name: `root.attribute`."""
    found: set[str] = set()
    start = text.find(f"{root}.")
    while start >= 0:
        end = start + len(root) + 1
        word = _WORD.match(text, end)
        if word and not (start and (text[start - 1].isalnum() or text[start - 1] in "_.")):
            found.add(f"{root}.{word.group()}")
        start = text.find(f"{root}.", end)
    return found


def _called(path: Path) -> str:
    """What imports call a file."""
    return path.parent.name if path.name == "__init__.py" else path.stem


def _imported(text: str) -> Iterator[tuple[str, str, str]]:
    """What a text imports: from which module, what of it ("" for all of it), under which name.

    Without a look at what else it says, which takes long.
    """
    for line in _import_lines(text):
        tree = program_tree(line)
        node = tree.body[0] if tree is not None and tree.body else None
        if isinstance(node, ast.ImportFrom):
            module = f"{'.' * node.level}{node.module or ''}"
            yield from ((module, one.name, one.asname or one.name) for one in node.names)
        elif isinstance(node, ast.Import):
            for one in node.names:
                if one.asname or "." not in one.name:
                    yield one.name, "", one.asname or one.name


def _has(path: str, name: str, text_of: _TextOf) -> bool:
    """Whether a file has a name, also by a star, or what nobody can tell."""
    text = text_of(path)
    tree = program_tree(text)
    if tree is None or re.search(r"\b(?:__getattr__|globals|setattr)\b", text):
        return True
    pattern = re.compile(standing(name))
    if pattern.search(text) is None and "import *" not in text:
        return False
    try:
        top = symtable.symtable(text, "<text>", "exec")
    except SyntaxError:
        return True
    if name in top.get_identifiers():
        symbol = top.lookup(name)
        if symbol.is_assigned() or symbol.is_imported():
            return True
    if re.search(rf"\bglobal\b[^\n]*\b{name}\b", text):
        return True
    return name in _starred({name}, text, path, text_of)


def _said(made: Conversion, text: str, found: dict[str, str]) -> Conversion:
    """A conversion with these errors, and comments above the statements."""
    from transpiler.far import kept_lines  # most files need it not
    from transpiler.told_above import statement_line, with_todos

    back = {new: old for old, new in kept_lines(text, made.text).items()}
    old = set(back.values())
    told = {d.line for d in made.diagnostics if d.severity is Severity.ERROR}
    said, todos = list(made.diagnostics), dict[int, str]()
    for name, message in sorted(found.items()):
        root, _, attribute = name.partition(".")
        of_object = made.text.find(name) if root == "self" else None
        place = of_object if of_object is not None else _read_at(made.text, root, attribute)
        number = made.text.count("\n", 0, place or 0)
        above = next((back[n] for n in range(number + 1, 0, -1) if n in back), 0)
        inside = number + 1 not in back and above + 1 not in old and above < text.count("\n")
        place_before = max(above + inside, 1)
        if place_before in told:  # as what is left there
            continue
        said.append(LEFT_CODE.at(place_before, 1, message))
        todos.setdefault(statement_line(made.text, number + 1), message)
    said.sort(key=lambda one: (one.line, one.column))
    return replace(made, text=with_todos(made.text, todos), diagnostics=tuple(said))
