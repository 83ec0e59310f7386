"""What methods of the program's own callbacks ask of the model that they belong to.

self.model.optimizer.lr              self.optimizer.param_groups[0]["lr"]
self.model.save_weights("best.h5")   torch.save(self.model.state_dict(), "best.pt")
self.model.get_weights()             copy.deepcopy(self.model.state_dict())
self.model.predict(self.x)           predict(self.model, self.x)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.edits import Edit, apply
from transpiler.emit.fold import WIDTH, fold
from transpiler.emit.training.files import weights_path
from transpiler.emit.training.kept_rates import refuse_kept_in_method
from transpiler.emit.training.lines import block, is_statement
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.own_questions import (
    CRITERION,
    arrays_of_layer,
    arrays_of_model,
    evaluation,
    every_array,
    free_in,
    inputs_asked,
    resetting,
    setting_arrays,
)
from transpiler.emit.training.predicting import predictor
from transpiler.emit.training.rates import (
    RATE_SET,
    plain_rate,
    rate_of,
    rate_set,
    setting_rate,
    steps_of_optimizer,
    steps_read,
)
from transpiler.interpret.statics import rewritten
from transpiler.interpret.values import UserClass
from transpiler.ir.tensor import Unsupported
from transpiler.lower.rates import methods_that_set
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.children import children_of
from transpiler.source.lexical import blanked
from transpiler.source.suites import leaf_statements, nodes_of, statement_lines
from transpiler.source.tree import Tree

#: The attribute that a callback finds the optimizer in.
OPTIMIZER = "optimizer"
#: The model in what is written here, while what is left of Keras is looked for.
_MODEL = "self.<model>"
_GUARD = regex(r"not hasattr\(\s*self\.model\.optimizer\s*,\s*([\"'])(?:lr|learning_rate)\1\s*\)")
#: What Keras keeps in `self.params`, of which the loop gives what the class reads.
PARAMS = r"{}\.params(?:\[|\.get\()\s*([\"'])(epochs|steps)\1\s*[\])]"
#: The last argument of what evaluates, also where it has a line of its own.
_ASKS_CRITERION = regex(rf"self\.{CRITERION},?\s*\)")
_PARAMS = regex(PARAMS.format("self"))
#: Methods of Keras's own class that call another one, where all others do nothing.
HANDED_ON = {"on_train_batch_begin": "on_batch_begin", "on_train_batch_end": "on_batch_end"}
_BASE = "keras.callbacks.Callback"
_BEGINS = regex(
    r"super\((?P<above>[^()]*)\)\.(?P<method>on_\w+(?=\([\w\s,=*]*\))|__init__(?=\(\)))\([^()]*\)"
)
#: How a class may name Keras's own where it begins: `super(Callback, self)` is beyond even that.
_OF_BASE = regex(r"(?:super\(\s*([\w.]+)\s*,\s*self\s*\)|([\w.]+))\.__init__\((?(2)self)\)")
_BEGINNING = "super().__init__()"
_MAY_SET = regex(r"\bmodel\b|\bself\.\w+\(")
_SETS_WEIGHTS = regex(r"self\.model\.set_weights\(\s*(self\.\w+)\s*\)")


class Methods:
    """The methods of one class, and the edits that make them speak to a module of torch."""

    def __init__(self, writer: ModelWriter, made: UserClass) -> None:
        self.writer = writer
        self.tree: Tree = writer.tree
        self.made = made
        self.replaced: dict[tuple[int, int], str] = {}
        self.asking: list[cst.SimpleStatementLine] = []  #: the statements that ask the model
        self.written: list[Edit] = []
        for method in made.node.body.body:
            if isinstance(method, cst.FunctionDef):
                statements = leaf_statements(list(method.body.body))
                self._convert(method, list(statements))
        self.written += self._replacements()

    @property
    def edits(self) -> list[Edit]:
        """The edits of the class."""
        return [replace(e, text=e.text.replace(_MODEL, "self.model")) for e in self.written]

    @property
    def rest(self) -> str:
        """The body of the class with nothing but blanks in place of strings and of the model."""
        start, end = self.tree.span(self.made.node.body)
        shifted = [Edit(e.start - start, e.end - start, e.text) for e in self.written]
        return blanked(_PARAMS.sub("", apply(self.tree.text[start:end], shifted)))

    @property
    def params(self) -> list[str]:
        """What it reads of `self.params`."""
        read = [m.group(2) for m in _PARAMS.finditer(self.tree.source(self.made.node))]
        return list(dict.fromkeys(read))

    @property
    def asks_optimizer(self) -> bool:
        """Whether it needs the optimizer besides the model."""
        return any(f"self.{OPTIMIZER}." in edit.text for edit in self.written)

    @property
    def sets_rate(self) -> bool:
        """Whether one of them sets the learning rate."""
        return any(RATE_SET.search(edit.text) for edit in self.written)

    def _replacements(self) -> Iterator[Edit]:
        """What is replaced, with the statement around it where its line gets too long."""
        left = dict(self.replaced)
        for statement in self.asking:
            start, end = self.tree.span(statement)
            inside = {s: t for s, t in left.items() if start <= s[0] and s[1] <= end}
            text = rewritten(self.tree, statement, inside)
            margin, known = start - self.tree.line_start(start), "self.model" not in text
            text = text.replace(_MODEL, "self.model")
            if inside and known and "\n" not in text and len(text) + margin > WIDTH:
                text = fold(text, margin).lstrip().replace("self.model", _MODEL)
                yield Edit(start, end, text)
                left = {s: t for s, t in left.items() if s not in inside}
        yield from (Edit(*span, text) for span, text in left.items())

    @cached_property
    def _owners(self) -> tuple[str, ...]:
        """How the methods call the model: a variable of the module holds it, too."""
        name = self.writer.variable
        known = isinstance(self.writer.room.node, cst.Module) and name.isidentifier()
        hidden = not known or any(_binds(node, name) for node in nodes_of(self.made.node))
        return ("self.model",) if hidden else ("self.model", name)

    @property
    def asks_criterion(self) -> bool:
        """Whether it needs the loss besides the model."""
        return any(_ASKS_CRITERION.search(edit.text) for edit in self.written)

    def _convert(self, method: cst.FunctionDef, statements: list[cst.CSTNode]) -> None:
        start, end = self.tree.span(method.body)
        for statement in statements:
            self._begins(statement, alone=len(method.body.body) == 1)
        body = self.tree.blanked[start:end]
        if not any(owner in body for owner in self._owners):
            return
        in_batch = "batch" in method.name.value
        refuse_kept_in_method(
            self.tree, self.tree.span(method), self._owners, methods_that_set(self.tree, self.made)
        )
        for guard in _conditions(method):
            self._remove_guard(guard)
        for loop in (node for node in nodes_of(method) if isinstance(node, cst.For)):
            for call in _calls(loop.iter):
                if self.tree.source(call.func) == "self.model.get_weights" and not call.args:
                    lazily = self._takes_in_turn(loop, call)
                    text = every_array(self.writer, _MODEL, lazily)
                    self.replaced[self.tree.span(call)] = text
        for statement in statements:
            if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
                continue
            self.asking.append(statement)
            for call in _calls(statement):
                self._call(call, statement, in_batch)
            self._rate(statement)

    def _takes_in_turn(self, loop: cst.For, call: cst.Call) -> bool:
        """Whether a loop takes one array after the other, and no weight is set meanwhile."""
        match loop.iter:
            case cst.Call(func=cst.Name("enumerate" | "zip"), args=args):
                whole = any(argument.value is call for argument in args)
            case listed:
                whole = listed is call
        return whole and _MAY_SET.search(self.tree.code(loop.body)) is None

    def _begins(self, statement: cst.CSTNode, alone: bool) -> None:
        """`super().on_epoch_end(epoch, logs)` does nothing in Keras's own class.

        Nor does `super().__init__()` where that is gone.
        """
        source, own = self.tree.source(statement), {one.name for one in self.made.lineage}
        named = _OF_BASE.fullmatch(source)
        of_keras = named is not None and own.isdisjoint(named.groups())
        found = _BEGINS.fullmatch(_BEGINNING if of_keras else source)
        if found is None or set(self.made.bases) != {_BASE}:
            return
        start, end = statement_lines(self.tree, statement)
        if not of_keras and is_inherited(self.made, found["above"], found["method"]):
            return
        if handed := self._handed_on(statement, found["method"]):
            self.written.append(Edit(*self.tree.span(statement), handed))
            return
        if found["method"] == "__init__":
            if alone or "#" in self.tree.text[start:end]:
                if of_keras and len(own) == 1:
                    self.written.append(Edit(*self.tree.span(statement), _BEGINNING))
                return
            start, end = _with_blank_lines(self.tree, statement)
        self.written.append(
            Edit(*self.tree.span(statement), "pass") if alone else Edit(start, end, "")
        )

    def _handed_on(self, statement: cst.CSTNode, method: str) -> str:
        """What Keras's own class does where a class asks it for one of its methods.

        super().on_train_batch_end(batch, logs)     self.on_batch_end(batch, logs)
        """
        called = HANDED_ON.get(method)
        classes = self.writer.shared.file.user_classes if called is not None else []
        heirs = [c for c in classes if self.made in c.lineage and self._has_objects(c)]
        has = {called in methods_in(c) for c in heirs}
        if not any(has):
            return ""
        match statement:
            case cst.SimpleStatementLine([cst.Expr(cst.Call(args=args))]) if len(has) == 1:
                given = ", ".join(self.tree.source(a).rstrip(", ") for a in args)
                logs = "" if len(args) > 1 or args[0].star else ", None"
                return f"self.{called}({given}{logs})"
        where = f"`super().{method}` in `{self.made.name}`"
        raise Unsupported(f"{where} calls `{called}`, which only some of its heirs have")

    def _has_objects(self, made: UserClass) -> bool:
        """Whether a class may be more than the base of others."""
        text, name = self.tree.blanked, made.name
        bases = rf"\bclass {name}\b|\bclass \w+\([^)]*\b{name}\b|\bsuper\({name}\b"
        return len(re.findall(rf"\b{name}\b", text)) > len(re.findall(bases, text))

    def _rate(self, statement: cst.SimpleStatementLine) -> None:
        """What a statement does with the learning rate, and the number of steps."""
        optimizer = f"self.{OPTIMIZER}"
        found = [rate_set(self.tree, statement, owner) for owner in self._owners]
        for _, reads in found:
            self.replaced |= dict.fromkeys(reads, rate_of(optimizer))
            self.writer.shared.replaced |= dict.fromkeys(reads, rate_of(optimizer))
        for owner in self._owners:
            counts = steps_read(self.tree, statement, owner)
            self.replaced |= dict.fromkeys(counts, steps_of_optimizer(optimizer))
            self.writer.shared.replaced |= dict.fromkeys(counts, steps_of_optimizer(optimizer))
        given = next((value for value, _ in found if value is not None), None)
        if given is None:
            return
        self.writer.shared.replaced[self.tree.span(statement)] = ""
        start, end = self.tree.span(statement)
        group = free_in(self.tree.source(self.made.node), "group")
        value = plain_rate(rewritten(self.tree, given, self.replaced), self.writer.shared.file)
        lines = setting_rate(optimizer, value, group)
        indent = start - self.tree.line_start(start)
        self.written.append(Edit(start, end, block(lines, indent).lstrip(" ")))

    def _remove_guard(self, condition: cst.If) -> None:
        """`if not hasattr(self.model.optimizer, "lr"): raise ...`: it has one."""
        raises = all(
            isinstance(s, cst.SimpleStatementLine) and isinstance(s.body[0], cst.Raise)
            for s in condition.body.body
        )
        if raises and condition.orelse is None:
            if _GUARD.fullmatch(self.tree.source(condition.test)):
                start, end = statement_lines(self.tree, condition)
                self.written.append(Edit(start, end, ""))

    def _call(self, call: cst.Call, statement: cst.SimpleStatementLine, in_batch: bool) -> None:
        name = self.tree.source(call.func).removeprefix("self.model.")
        given = [self.tree.source(a.value) for a in call.args]
        named = {a.keyword.value for a in call.args if a.keyword is not None} - {"overwrite"}
        first = given and call.args[0].keyword is None
        if name in ("save", "save_weights") and first and not named:
            if is_statement(statement, call):
                path = weights_path(self.writer.shared.file, given[0])
                text = f"torch.save({_MODEL}.state_dict(), {path})"
                self.replaced[self.tree.span(call)] = text
                message = f"`{name}`: the file holds the weights alone, in torch's format"
                self.writer.made.said.append((ASSUMED, call, message))
        elif name == "load_weights" and first and not named and is_statement(statement, call):
            if self._has_saved(given[0]):
                path = weights_path(self.writer.shared.file, given[0])
                loaded = f"torch.load({path}, map_location={self.writer.device})"
                self.replaced[self.tree.span(call)] = f"{_MODEL}.load_state_dict({loaded})"
        elif name == "get_weights" and not given:
            text = f"copy.deepcopy({_MODEL}.state_dict())"
            if not self._is_kept(statement, call):
                arrays, whole = arrays_of_model(self.writer, _MODEL)
                self._take(call, arrays, whole)
            else:
                self.replaced[self.tree.span(call)] = text
        elif name.endswith(".get_weights"):
            self._take(call, arrays_of_layer(self.writer, _MODEL, call))
        elif name.endswith(("reset_states", "reset_state")) and is_statement(statement, call):
            if not given and (text := resetting(self.writer, _MODEL, call)):
                self.replaced[self.tree.span(call)] = text
        elif name == "summary" and not given and is_statement(statement, call):
            self.replaced[self.tree.span(call)] = f"print({_MODEL})"
        elif name == "evaluate" and not in_batch:
            self._evaluate(call, statement)
        elif name == "set_weights" and len(given) == 1 and given[0] in self._kept:
            self.replaced[self.tree.span(call)] = f"{_MODEL}.load_state_dict({given[0]})"
        elif name == "set_weights" and len(given) == 1 and is_statement(statement, call):
            self._set(call, statement)
        elif name == "predict" and not in_batch:
            self._predict(call)

    def _has_saved(self, path: str) -> bool:
        """Whether the class itself saves the weights, and nothing else, under a path."""
        text = self.tree.source(self.made.node)
        place = re.escape(path)
        return (
            re.search(rf"self\.model\.save_weights\(\s*{place}\s*[,)]", text) is not None
            and re.search(rf"\.(?:save|save_model)\([^\n]*{place}", text) is None
        )

    def _predict(self, call: cst.Call) -> None:
        """A call of the emitted function; how many samples go at once makes no difference."""
        others = {a.keyword.value for a in call.args[1:] if a.keyword is not None}
        if not call.args or call.args[0].keyword or call.args[0].star:
            return
        if len(others) != len(call.args) - 1 or others - {"verbose", "batch_size"}:
            return
        given = call.args[0].value
        xs = inputs_asked(self.writer, call, given, self.made.name)
        if xs is None:
            return
        text = self.tree.source(given)
        listed = xs == tuple(f"{text}[{number}]" for number in range(len(xs)))
        arrays = ", ".join(map(self.writer.as_array, xs))
        arrays = f"*{text}" if listed and arrays == ", ".join(xs) else arrays
        self.replaced[self.tree.span(call)] = f"{predictor(self.writer)}({_MODEL}, {arrays})"

    @property
    def _kept(self) -> set[str]:
        """The attributes that hold weights, and are good for nothing but to go back to them."""
        text = self.tree.code(self.made.node)
        found = set(re.findall(r"(self\.\w+)\s*=\s*self\.model\.get_weights\(\)", text))
        whole = self.tree.blanked
        for attribute in set(found):
            name = attribute.removeprefix("self.")
            known = re.findall(
                rf"{attribute}\b(?:\s*=\s*(?:self\.model\.get_weights\(\)|None)|\s+is\b)", text
            )
            known += [m for m in _SETS_WEIGHTS.findall(text) if m == attribute]
            if len(known) != len(re.findall(rf"\.{name}\b", whole)):
                found.discard(attribute)
        return found

    def _is_kept(self, statement: cst.SimpleStatementLine, call: cst.Call) -> bool:
        """Whether the weights are only taken to go back to them."""
        node = statement.body[0]
        target = node.targets[0].target if isinstance(node, cst.Assign) else None
        whole = isinstance(node, cst.Assign) and node.value is call
        return target is not None and whole and self.tree.source(target) in self._kept

    def _set(self, call: cst.Call, statement: cst.SimpleStatementLine) -> None:
        """Arrays become the weights of the model, which stay where they are."""
        start, end = self.tree.span(statement)
        given = rewritten(self.tree, call.args[0].value, self.replaced)
        lines = setting_arrays(self.writer, _MODEL, given, self.tree.source(self.made.node))
        self.writer.shared.replaced[start, end] = ""
        margin = start - self.tree.line_start(start)
        self.written.append(Edit(start, end, block(lines, margin).lstrip(" ")))

    def _take(self, call: cst.Call, arrays: list[str], whole: str = "") -> None:
        """Arrays in the place of a call that gives a list of them, or picks one of it."""
        start, end = self.tree.span(call)
        picked = re.match(r"\[(\d+)\]", self.tree.text[end:])
        if picked is not None and int(picked.group(1)) < len(arrays):
            self.replaced[start, end + picked.end()] = arrays[int(picked.group(1))]
        elif arrays:
            self.replaced[start, end] = whole or f"[{', '.join(arrays)}]"

    def _evaluate(self, call: cst.Call, statement: cst.SimpleStatementLine) -> None:
        """A call of the emitted function, behind what makes a loader of the arrays."""
        body = self.tree.source(self.made.node) + "".join(edit.text for edit in self.written)
        found = evaluation(self.writer, _MODEL, call, statement, body, self.made.name)
        if found is None:
            return
        before, text = found
        start = self.tree.span(statement)[0]
        margin = start - self.tree.line_start(start)
        lines = "\n".join(fold(line, margin) for line in before).lstrip(" ")
        self.written.append(Edit(start, start, f"{lines}\n{' ' * margin}"))
        self.replaced[self.tree.span(call)] = text


def methods_in(made: UserClass) -> dict[str, cst.FunctionDef]:
    """The methods of a class, with those that it inherits from others of the program."""
    inside = [s for one in reversed(made.lineage) for s in one.node.body.body]
    return {s.name.value: s for s in inside if isinstance(s, cst.FunctionDef)}


def _with_blank_lines(tree: Tree, statement: cst.CSTNode) -> tuple[int, int]:
    """The lines of a statement that goes, with the empty ones behind it."""
    start, end = statement_lines(tree, statement)
    margin = tree.text[start : tree.span(statement)[0]]
    blank = re.compile(rf"(?:[ \t]*\n)*(?={margin}\S)").match(tree.text, end)
    if blank is None:  # it is the last one
        return len(tree.text[:start].rstrip()) + 1, end
    return start, blank.end()


def without_beginning(tree: Tree, made: UserClass) -> Iterator[Edit]:
    """The edit that takes out how a class lets Keras's begin, `super().__init__()`."""
    initializer = methods_in(made).get("__init__")
    body = initializer.body.body if initializer is not None else ()
    for statement in body if len(body) > 1 else ():
        source, lines = tree.source(statement), statement_lines(tree, statement)
        own = _OF_BASE.fullmatch(source)
        begins = source == _BEGINNING or (own is not None and own[1] == made.name)
        if begins and "#" not in tree.text[slice(*lines)]:
            yield Edit(*_with_blank_lines(tree, statement), "")


def is_inherited(made: UserClass, above: str | None, method: str | None) -> bool:
    """Whether `super(above).method` in a class is one of the program's own."""
    if method is None:
        return False
    name = (above or made.name).partition(",")[0].strip()
    names = [one.name for one in made.lineage]
    if name not in names:
        raise Unsupported(f"`{made.name}` asks for `super({above}).{method}`")
    inside = [s for one in made.lineage[names.index(name) + 1 :] for s in one.node.body.body]
    return any(isinstance(s, cst.FunctionDef) and s.name.value == method for s in inside)


def _calls(node: cst.CSTNode) -> Iterator[cst.Call]:
    """The calls of methods of the model, from the inside out."""
    for child in children_of(node):
        yield from _calls(child)
    match node:
        case cst.Call(
            func=cst.Attribute(value=cst.Attribute(value=cst.Name("self"), attr=cst.Name("model")))
        ):
            yield node
        case cst.Call(func=cst.Attribute(attr=cst.Name("get_weights" | "reset_states"))):
            yield node


def _conditions(node: cst.CSTNode) -> Iterator[cst.If]:
    return (one for one in nodes_of(node) if isinstance(one, cst.If))


def _binds(node: cst.CSTNode, name: str) -> bool:
    """Whether it is a parameter, or the target of an assignment, of that name."""
    match node:
        case cst.Param(name=cst.Name(bound)) | cst.AssignTarget(target=cst.Name(bound)):
            return bound == name
    return False
