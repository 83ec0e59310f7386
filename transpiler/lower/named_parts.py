"""Names of optimizers and losses of which only the run tells which one it is.

model.compile(config.optimizer, loss=args.loss)

They are looked up among the strings that it may be: those that the program's files give what has
that name, where nothing else may; or all of their strings.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator

from transpiler.interpret.bindings import sources_given
from transpiler.ir.tensor import Unsupported
from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.filled_when_run import filled_when_run
from transpiler.source.imported import imported_texts, read_text
from transpiler.source.importers import importing_files
from transpiler.source.looked_up import changes_inside
from transpiler.source.possible_constants import constants_in, may_be_collection, texts_around
from transpiler.source.set_outside import set_outside
from transpiler.source.syntax import all_in, program_tree
from transpiler.source.tree import Tree

#: What gives a string, or one of several.
_GIVES_TEXT = regex(
    r"(?:^|\.)(?:str|input|lower|upper|strip|format|get|pop|getenv|choice|Choice|suggest_\w+)$"
)
#: What begins with a string, or a list of some.
_OF_STRINGS = regex(r"[\[(]?\s*[\"']")
_METRICS = regex(r"\bmetrics\s*=\s*\[[^\]]*\]")
_STRING = regex(r"[\"'](\w+)[\"']")
#: What may set an attribute or a key that no file of a program gives anything.
_FROM_OUTSIDE = regex(
    r"\b(?:json|yaml|toml|tomllib|configparser|argparse|environ|getenv|argv|input|click|typer|fire"
    r"|absl|hydra|OmegaConf|optuna|wandb|pickle|eval|exec|vars|globals|setattr|__dict__"
    r"|__getattr\w*__|__setattr__|__getitem__|read_csv)\b"
)


@record(frozen=True, slots=True)
class Names:
    """The names that an expression may be when the program runs."""

    found: tuple[str, ...]
    surely: bool = False  #: whether it is one of them, whatever the run is like
    assumed: str = ""  #: what is taken for granted else
    near: Names | None = None  #: those of the files next to that of the expression


def names_it_may_be(
    tree: Tree, path: str, text: str, known: Callable[[str], bool], several: bool = False
) -> Names:
    """Those of `known` names that an expression of a file may be.

    `several` is whether it may have some for several outputs.
    """
    texts = texts_around(tree.text, path)
    if may_be_collection(texts, text, several):
        raise Unsupported(f"`{text}` may be a list or dict, which only the run knows")
    outside = (path and set_outside(path).match(text) is not None) or changes_inside(texts, text)
    if not outside and (found := tuple(filter(known, _given_to(texts, text)))):
        return Names(found, surely=True)
    found, near = (tuple(filter(known, _strings_of(t))) for t in (texts, _next_to(tree.text, path)))
    beside = Names(near, assumed=_other_names(tree, path, text, near)) if near != found else None
    return Names(found, assumed=_other_names(tree, path, text, found), near=beside)


def _given_to(texts: tuple[str, ...], text: str) -> list[str]:
    """The strings that a program gives what an expression reads, if nothing else may be there."""
    if any(_FROM_OUTSIDE.search(one) for one in texts) or filled_when_run(texts, text):
        return []
    ends = constants_in(texts, text)
    found = [ast.literal_eval(end) for end in ends if end and end[0] in "\"'"]
    words = {word for word in re.findall(r"\w+", text) if any(_is_listed(t, word) for t in texts)}
    if len(found) != len(ends) or words:
        return []
    order = {word: place for place, word in enumerate(_strings_of(texts))}
    return sorted(found, key=lambda one: order.get(one, -1))


def _is_listed(text: str, name: str) -> bool:
    """Whether a key or attribute stands in a list or call: what sets it may not write it itself."""
    quoted = rf"[\"']{name}[\"']"
    got = r"(?:get|pop|setdefault|getattr|hasattr|fromkeys)\((?:[\w.]+, *)?"
    return any(
        re.search(rf"(?:{got}){quoted}$", text[: found.end()]) is None
        for found in re.finditer(rf"(?:[(,]|(?<!\w)\[)\s*{quoted}(?!\s*:)", text)
    )


def _next_to(text: str, path: str) -> list[str]:
    """A file, those which import it, and what these import."""
    texts = {path: text}
    for other in importing_files(path, r"\w\("):
        texts[other] = read_text(other)
        more = ((str(place), said) for place, said in imported_texts(texts[other], other))
        texts |= {place: said for place, said in more if place not in texts}
    return list(texts.values())


def _strings_of(texts: Iterable[str]) -> list[str]:
    """The words that strings of a program hold, each once; not those that name metrics."""
    words = (word for text in texts for word in _STRING.findall(_METRICS.sub("", text)))
    return list(dict.fromkeys(words))


def _other_names(tree: Tree, path: str, text: str, names: tuple[str, ...]) -> str:
    """What is assumed where an expression may name others than the program's strings do."""
    given = (value for value, _ in _given_elsewhere(tree, path, text))
    if _names_strings(tree, text) and all(map(_is_string, given)):
        return ""
    return (
        f"`{text}` may name what no string of the program names: only {', '.join(names)} can be "
        "looked up, add what else it may be"
    )


def _given_elsewhere(
    tree: Tree, path: str, name: str
) -> Iterator[tuple[ast.expr | None, set[str]]]:
    """What other files give a parameter of a function, or of a class; None where that is open.

    Each with what its file defines, or imports.
    """
    module = program_tree(tree.text) if path and name.isidentifier() else None
    for node in all_in(module) if module is not None else ():
        for called, function in _called(node):
            taken = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
            every = [*taken, *(a.arg for a in function.args.kwonlyargs)]
            for other in importing_files(path, rf"\b{called}\b") if name in every else ():
                there = program_tree(read_text(other)) or ast.Module([], [])
                made = _made_in(there)
                yield from ((v, made) for v in _given_there(there, called, name, taken))


def _called(node: ast.AST) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The functions that a definition is, by what is called: a class stands for its `__init__`."""
    if isinstance(node, ast.ClassDef):
        methods = (n for n in node.body if isinstance(n, ast.FunctionDef))
        yield from ((node.name if m.name == "__init__" else m.name, m) for m in methods)
    elif isinstance(node, ast.FunctionDef):
        yield node.name, node


def _given_there(
    module: ast.Module, called: str, name: str, taken: list[str]
) -> Iterator[ast.expr | None]:
    """What the calls of a function in a file give a parameter; nothing where it has its default."""
    own = taken[1:] if taken[:1] in (["self"], ["cls"]) else taken
    nodes = [*all_in(module)]
    imports = (a for n in nodes if isinstance(n, ast.ImportFrom) for a in n.names)
    names = {called} | {one.asname for one in imports if one.name == called and one.asname}
    uses: list[ast.expr] = [n for n in nodes if isinstance(n, ast.Attribute) and n.attr == called]
    uses += [n for n in nodes if isinstance(n, ast.Name) and n.id in names]
    calls = [n for n in nodes if isinstance(n, ast.Call) and n.func in uses]
    if len(calls) < len(uses):  # `partial(train, loss=...)`
        yield None
    for call in calls:
        unpacked = [a for a in call.args if isinstance(a, ast.Starred)]
        if unpacked or not all(keyword.arg for keyword in call.keywords):
            yield None
            continue
        given = dict(zip(own, call.args, strict=False))
        given |= {k.arg: k.value for k in call.keywords if k.arg}
        yield from [given[name]] if name in given else []


def _is_string(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _names_strings(tree: Tree, text: str, depth: int = 3) -> bool:
    """Whether an expression surely gives one of the strings that a file lists for it."""
    option = re.escape(text.rpartition(".")[2])
    if re.search(rf"[\"']--?{option}[\"'][^()]*\bchoices\s*=\s*[\[(]", tree.text):
        return True
    if not depth or not text.isidentifier():
        return False
    sources = [*_bound_to(tree.text, text), *(s for s in sources_given(tree, text) if s != text)]
    return bool(sources) and all(
        _OF_STRINGS.match(one) or _names_strings(tree, one, depth - 1) for one in sources
    )


def _bound_to(text: str, name: str) -> Iterator[str]:
    """What a program binds a variable to: values, those that loops go over, and defaults."""
    module = program_tree(text)
    for node in all_in(module) if module is not None else ():
        match node:
            case ast.Assign(targets=[ast.Name(id=bound)]) if bound == name:
                yield ast.unparse(node.value)
            case ast.For(target=ast.Name(id=bound)) if bound == name:
                yield ast.unparse(node.iter)
            case ast.arguments():
                every = [*node.posonlyargs, *node.args]
                defaults = dict(zip(reversed(every), reversed(node.defaults), strict=False))
                alone = zip(node.kwonlyargs, node.kw_defaults, strict=True)
                for parameter, default in [*defaults.items(), *alone]:
                    if parameter.arg == name and default is not None:
                        yield ast.unparse(default)
            case _:
                pass


def gives_no_name(tree: Tree, path: str, text: str) -> bool:
    """Whether it is a call or a list, or a variable for one, that need not give a string."""
    if text.isidentifier():
        bound = re.findall(rf"^[ \t]*{text} = (.*)$", tree.text, re.MULTILINE)
        listed = any(value.startswith("[") for value in bound)
        given = any(_is_object(value, made) for value, made in _given_elsewhere(tree, path, text))
        return given or listed or any(map(_calls, bound)) or _gets_an_object(tree, text)
    if text.startswith("[") or _calls(text) or re.search(rf"{_MAKING}|\]\(", text) is not None:
        return True
    table = re.match(r"(?:\w+\.)*(\w+)(?:\[|\.get\()", text)
    texts = texts_around(tree.text, path) if table is not None else ()
    return table is not None and any(_holds_objects(one, table[1]) for one in texts)


def _holds_objects(text: str, name: str) -> bool:
    """Whether a dict of a file has functions, or what calls make, in it."""
    module = program_tree(text) if re.search(rf"\b{name}\b", text) else None
    made = _made_in(module) if module is not None else set[str]()
    for node in all_in(module) if module is not None else ():
        values: list[ast.expr] = []
        match node:
            case ast.Assign(targets=[target], value=ast.Dict(values=values)):
                pass
            case ast.AnnAssign(target=target, value=ast.Dict(values=values)):
                pass
            case ast.Assign(targets=[target], value=ast.Call(ast.Name("dict"), keywords=given)):
                values = [one.value for one in given]
            case ast.Assign(targets=[ast.Subscript(value=target)], value=value):
                values = [value]
            case _:
                continue
        if ast.unparse(target).rpartition(".")[2] == name:
            if any(_is_object(value, made) for value in values):
                return True
    return False


def _made_in(module: ast.Module) -> set[str]:
    """The names of what a file defines, or imports."""
    nodes = [*all_in(module)]
    imports = (a for n in nodes if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names)
    made = {(one.asname or one.name).partition(".")[0] for one in imports}
    return made | {n.name for n in nodes if isinstance(n, (ast.FunctionDef, ast.ClassDef))}


def _is_object(value: ast.expr | None, made: set[str]) -> bool:
    """Whether it is a function, or what a call makes; settings have names in capital letters."""
    match value:
        case ast.Name(id=name):
            return name in made and not name.isupper()
        case ast.Attribute(attr=name):
            return ast.unparse(value).partition(".")[0] in made and not name.isupper()
        case ast.Call():
            return _calls(ast.unparse(value))
    return isinstance(value, ast.Lambda)


#: What makes an object of a class.
_MAKING = r"(?:\w+\.)*[A-Z]\w*\("


def _calls(text: str) -> bool:
    called = re.match(r"([\w.]+(?:\[[^\[\]]*\])?)\(.*\)\s*(?:#.*)?$", text)
    return called is not None and not _GIVES_TEXT.search(called.group(1))


def _gets_an_object(tree: Tree, name: str) -> bool:
    """Whether a function makes an object for a parameter, or some call of it does.

    def run(loss=MeanSquaredError()):        run(MeanSquaredError())
    """
    if re.search(rf"\b{name}\b(?::[^=,()]*)?\s*=\s*{_MAKING}", tree.blanked):
        return True
    return any(re.match(_MAKING, given) is not None for given in sources_given(tree, name))
