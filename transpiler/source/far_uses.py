"""What a file asks of models, data sets and the like that come from other files."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.record import record
from transpiler.source.far_computing import CALLED, COMPUTING, HANDED, NO_FILE, computing, may_call
from transpiler.source.far_frames import (
    NOTHING,
    Atom,
    Frame,
    Made,
    Object,
    Steps,
    Thing,
    Value,
    inside,
)
from transpiler.source.far_kept import kept_by_others
from transpiler.source.far_kinds import STEPS
from transpiler.source.far_names import names_of_others
from transpiler.source.far_values import arguments, called, class_frame, family, frame_for, value_of
from transpiler.source.imported import read_text, real_path
from transpiler.source.lexical import is_about_framework
from transpiler.source.syntax import all_in, program_tree

#: What is asked of each kind of value of the framework, and what torch's don't have or mean.
_ASKED = {
    "model": frozenset(
        {"compile", "fit", "evaluate", "predict", "summary", "get_layer", "layers", "weights",
         "trainable_weights", "non_trainable_weights", "trainable_variables", "variables",
         "non_trainable_variables", "trainable", "count_params", "name", "get_config", "to_json",
         "to_yaml", "save", "save_weights", "load_weights", "get_weights", "set_weights", "inputs",
         "outputs", "input", "output", "input_shape", "output_shape", "input_names",
         "output_names", "losses", "metrics", "metrics_names", "optimizer", "loss",
         "stop_training", "train_on_batch", "test_on_batch", "predict_on_batch", "fit_generator",
         "evaluate_generator", "predict_generator", "history", "built", "build", "export",
         "reset_states", "predict_classes", "predict_proba", "pop", "add"}
    ),
    "layer": frozenset(
        {"get_weights", "set_weights", "weights", "trainable_weights", "trainable", "name",
         "units", "filters", "activation", "kernel", "output", "input", "output_shape",
         "input_shape", "get_config", "count_params", "trainable_variables", "variables"}
    ),
    "history": frozenset({"params", "model"}),
    "data set": STEPS | {
        "cardinality", "as_numpy_iterator", "element_spec", "reduce", "window", "zip", "save",
        "class_names", "file_paths", "get_single_element", "rebatch", "sample_from_datasets",
    },
    "flow": frozenset(
        {"next", "n", "samples", "class_indices", "classes", "filenames", "filepaths", "reset",
         "num_classes", "image_shape", "target_size", "batch_index", "index_array", "labels",
         "class_mode", "total_batches_seen", "on_epoch_end", "x", "y"}
    ),
    "generator": frozenset(
        {"flow", "flow_from_directory", "flow_from_dataframe", "fit", "standardize",
         "random_transform", "apply_transform", "get_random_transform"}
    ),
    "tokenizer": frozenset(
        {"to_json", "get_config", "fit_on_texts", "fit_on_sequences", "texts_to_sequences",
         "texts_to_matrix", "sequences_to_texts", "sequences_to_matrix", "word_index",
         "index_word", "word_counts", "word_docs", "index_docs", "document_count", "num_words",
         "oov_token", "texts_to_sequences_generator", "sequences_to_texts_generator"}
    ),
    "number": frozenset({"numpy"}),
    "lookup": frozenset(
        {"get_vocabulary", "vocabulary_size", "set_vocabulary", "adapt", "get_config", "weights",
         "get_weights", "vocab_size", "name", "call"}
    ),
    **COMPUTING,
}  # fmt: skip
_MOST = 300  #: functions of a file and of others that are looked into
_DEEPEST = 3  #: calls inside of calls


@record(frozen=True, slots=True)
class Use:
    """Something that is asked of such a value, or that a function asks when it is called."""

    path: str
    text: str  #: of what asks
    line: int
    name: str  #: what is asked for; CALLED where it is called itself
    things: frozenset[Thing]
    sure: bool  #: it can't be anything else
    place: ast.expr | ast.stmt  #: in the file that is looked at: this, or what leads to it
    function: str  #: the one that asks, in another file


def far_uses(text: str, path: str) -> list[Use]:
    """What a file asks of what others give.

    One about the framework says by itself what it asks: but for what functions of files do that
    have no word of it, for the models of other files, and for numbers, which look like any others.
    """
    tree = program_tree(text)
    if tree is None:
        return []
    Steps.begin()
    seeker = _Seeker(real_path(path))
    kept = kept_by_others(Frame(seeker.path, tree, None, {}))
    whole = Frame(seeker.path, tree, None, {})
    whole.kept = kept
    seeker.module(whole)
    own = is_about_framework(text)
    found = (
        use
        for use in seeker.found
        if not own or use.function or use.name == "numpy" or _is_of_far_model(use, seeker.path)
    )
    named = [] if own else _named(Frame(seeker.path, tree, None, {}))
    return list(dict.fromkeys([*found, *named]))


def _is_of_far_model(use: Use, path: str) -> bool:
    """Whether it asks a model that objects of other files keep: `agent.model.predict(x)`."""
    return all(thing.kind == "model" and thing.home != path for thing in use.things)


def uses_of_computing(text: str, path: str) -> list[Use]:
    """What a file asks of functions and objects that compute, also of its own.

    What files without a word of the framework ask of those of its own is among it, too.
    """
    seeker = _of_computing(text, path)
    return [
        use
        for use in seeker.found
        if all(thing.kind in COMPUTING for thing in use.things)
        and all(thing.home == seeker.path for thing in use.things if use.function)
    ]


def only_computing(text: str, path: str) -> set[ast.AST]:
    """Which nodes of a file ask nothing else, whatever functions get that they stand in."""
    return {use.place for use in _of_computing(text, path, deep=False).found if use.sure}


def _is_for_compile(node: ast.Call, frame: Frame) -> bool:
    """Whether only `compile` gets what it makes: `loss=partial(tilted, 0.9)`."""
    for other in inside(frame.node):
        match other:
            case ast.Call(func=ast.Attribute(attr="compile")):
                if any(node is one for one in all_in(other)):
                    return getattr(node.func, "attr", getattr(node.func, "id", "")) == "partial"
    return False


def _of_computing(text: str, path: str, deep: bool = True) -> _Seeker:
    Steps.begin()
    seeker = _Seeker(real_path(path) if path else NO_FILE, own=True, deep=deep)
    if (tree := program_tree(text)) is not None:
        seeker.module(Frame(seeker.path, tree, None, {}))
    return seeker


def _named(frame: Frame) -> Iterator[Use]:
    """The names that a file reads of others, in which they may be other ones now."""
    for place, home, name in names_of_others(frame):
        text = name if isinstance(place, ast.stmt) else ast.unparse(place)
        thing = frozenset({Thing("name", home)})
        yield Use(frame.path, text, place.lineno, name, thing, True, place, "")
    for node in inside(frame.node):
        if isinstance(node, ast.ClassDef):
            yield from _named(class_frame(Made(node, frame)))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from _named(frame_for(Made(node, frame), {}))


class _Seeker:
    def __init__(self, path: str, own: bool = False, deep: bool = True) -> None:
        self.path = path
        self.own = own  #: also what computes of the file itself
        self.deep = deep  #: also what functions ask of what calls give them
        self.found: list[Use] = []
        self.seen: set[tuple[Made, tuple[tuple[str, Value], ...]]] = set()
        self.left = _MOST

    def module(self, frame: Frame, of: Value = NOTHING) -> None:
        """All code of a module, a class or a function: each function as anyone may call it."""
        self.found += self.in_frame(frame)
        for node in inside(frame.node):
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                    plain = any(
                        isinstance(mark, ast.Name) and mark.id == "staticmethod"
                        for mark in getattr(node, "decorator_list", ())
                    )
                    made = Made(node, frame, NOTHING if plain else of)
                    self.module(frame_for(made, {}))
                case ast.ClassDef():
                    made = Made(node, frame)
                    self.module(class_frame(made), frozenset({Object(made)}))
                    self.found += self.inherited(made)

    def in_frame(self, frame: Frame, depth: int = 0) -> Iterator[Use]:
        """What one body of code asks, also by the functions that it calls."""
        for node in inside(frame.node):
            match node:
                case ast.Attribute(value=of, attr=name):
                    yield from self.asked(node, name, value_of(of, frame), frame)
                case ast.Call(func=ast.Name(id="next"), args=[of, *_]):
                    values = value_of(of, frame)
                    yield from self.asked(node, "next", values, frame)
                case ast.Call():
                    values = value_of(node.func, frame)
                    yield from self.asked(node, CALLED, values, frame)
                    if any(may_call(one, node) for one in values):
                        if not _is_for_compile(node, frame):
                            yield from self.handed(node, frame)
                    for made in filter(None, map(_runs, values)) if self.deep else ():
                        yield from self.when_called(made, node, frame, depth)

    def asked(
        self, node: ast.Attribute | ast.Call, name: str, values: Value, frame: Frame
    ) -> Iterator[Use]:
        """What is asked of such values there."""
        them = [thing for one in values for thing in (_thing(one),) if _has(thing, name)]
        if not (isinstance(node, ast.Attribute) and _is_passed(node.value, frame)):
            them = [thing for thing in them if thing.kind != "callback"]
        homes = {thing.home for thing in them if not (self.own and thing.kind in COMPUTING)}
        away = (t.home for t in them if t.kind == "function" and t.home != self.path)
        if them and frame.path not in homes and all(map(_may_compute, away)):
            text = ast.unparse(node)
            sure = len(them) == len(values)
            yield Use(frame.path, text, node.lineno, name, frozenset(them), sure, node, "")

    def handed(self, node: ast.Call, frame: Frame) -> Iterator[Use]:
        """What a library gets that it may call."""
        for each in (*node.args, *(keyword.value for keyword in node.keywords)):
            if not isinstance(each, (ast.Name, ast.Attribute, ast.Call)):
                continue
            values = value_of(each, frame)
            things = (computing(one) for one in values)
            found = frozenset(t for t in things if t is not None and t.kind in _GIVEN)
            away = {thing.home for thing in found} - {self.path}
            if found and (self.own or frame.path not in away) and all(map(_may_compute, away)):
                sure = len(found) == len(values)
                text = ast.unparse(node)
                yield Use(frame.path, text, node.lineno, HANDED, found, sure, node, "")

    def when_called(self, made: Made, node: ast.Call, frame: Frame, depth: int) -> Iterator[Use]:
        """What a function asks of what this call gives it."""
        path = made.frame.path
        if isinstance(made.node, ast.ClassDef) and self.own and path == self.path:
            yield from self.made(made, node, frame, depth)
        if isinstance(made.node, (ast.ClassDef, ast.Lambda)) or depth >= _DEEPEST:
            return
        if path != self.path and is_about_framework(read_text(path)):
            return
        given = arguments(made, node, frame)
        plain = Made(made.node, made.frame, frozenset(map(_plain, made.of)))
        if not given and plain == made:
            return
        yield from self.more(made, given, plain, node, frame, depth)

    def made(self, made: Made, node: ast.Call, frame: Frame, depth: int) -> Iterator[Use]:
        """What the methods of an object ask of what it is made with, whoever calls them."""
        plain: Value = frozenset({Object(made)})
        whole = called(made, node, frame)
        for one in family(made) if whole != plain and depth < _DEEPEST else ():
            for method in inside(one.node):
                if isinstance(method, ast.FunctionDef) and one.frame.path == self.path:
                    body = class_frame(one)
                    now, before = Made(method, body, whole), Made(method, body, plain)
                    yield from self.more(now, {}, before, node, frame, depth)

    def inherited(self, made: Made) -> Iterator[Use]:
        """What the methods ask that a class has from those of other files."""
        assert isinstance(made.node, ast.ClassDef)
        own = {*class_frame(made).bindings}
        for base in family(made)[1:]:
            body = class_frame(base)
            if base.frame.path != self.path and not is_about_framework(read_text(body.path)):
                for method in inside(base.node):
                    if isinstance(method, ast.FunctionDef) and method.name not in own:
                        here = Made(method, body, frozenset({Object(made)}))
                        there = Made(method, body, frozenset({Object(base)}))
                        yield from self.more(here, {}, there, made.node, made.frame, 0)
            own |= {*body.bindings}

    def more(
        self,
        made: Made,
        given: dict[str, Value],
        plain: Made,
        place: ast.expr | ast.stmt,
        frame: Frame,
        depth: int,
    ) -> Iterator[Use]:
        """What a function asks with these arguments, and not without."""
        key = made, tuple(sorted(given.items(), key=lambda one: one[0]))
        if (key in self.seen and depth) or self.left <= 0:
            return
        self.seen.add(key)
        self.left -= 1
        found = [*self.in_frame(frame_for(made, given, depth + 1), depth + 1)]
        if not found:
            return
        known = {
            (u.path, u.line, u.name)
            for u in self.in_frame(frame_for(plain, {}), _DEEPEST)
            if u.sure
        }
        for use in found:
            if (use.path, use.line, use.name) in known:
                continue
            if use.path == self.path:
                yield use
                continue
            assert not isinstance(made.node, (ast.ClassDef, ast.Lambda))
            name = use.function or made.node.name
            yield Use(use.path, use.text, use.line, use.name, use.things, use.sure, place, name)


def _runs(one: Atom) -> Made | None:
    """What a call of a value runs: a function, a class, or `__call__` of an object."""
    if not isinstance(one, Object):
        return one if isinstance(one, Made) else None
    for made in family(one.made):
        for node in inside(made.node):
            if isinstance(node, ast.FunctionDef) and node.name == "__call__":
                return Made(node, class_frame(made), frozenset({one}))
    return None


#: What libraries get that call it on arrays.
_GIVEN = ("function", "loss")


def _plain(value: object) -> Object | Thing:
    """An object of which nobody knows what it was made with."""
    assert isinstance(value, (Object, Made))
    return Object(value.made) if isinstance(value, Object) else value  # type: ignore[return-value]


def _thing(one: Atom) -> Thing:
    """A value of the framework, or what computes with such."""
    return one if isinstance(one, Thing) else computing(one) or Thing("", "")


def _may_compute(path: str) -> bool:
    return is_about_framework(read_text(path))


def _is_passed(of: ast.expr, frame: Frame) -> bool:
    """Whether it is a parameter, or an attribute: no variable that itself is given to `fit`."""
    if not isinstance(of, ast.Name):
        return True
    taken = getattr(frame.node, "args", None)
    names = {one.arg for one in taken.args} if isinstance(taken, ast.arguments) else set[str]()
    return of.id in names - {"self", "cls"}


def _has(thing: Thing, name: str) -> bool:
    if name == CALLED and thing.kind not in COMPUTING:
        return thing.kind == "model"
    return name in _ASKED.get(thing.kind, ())
