"""What stays Keras: which code that is, what it still needs, and what is said of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from transpiler.diagnostics import (
    ASSUMED,
    LEFT_MODEL,
    LEFT_SUBCLASS,
    LEFT_TRAINING,
    Code,
    Severity,
)
from transpiler.emit.asked_there import asked_there
from transpiler.emit.causes import left_behind, left_with, lines_said, place_of_call
from transpiler.emit.dead_imports import names_framework
from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit, replaces
from transpiler.emit.overlooked import (
    asked_object,
    is_model_given,
    is_of_scikit_learn,
    may_be_lost,
    may_be_model,
    overlooked,
    overlooked_training,
    stands_still,
)
from transpiler.interpret.functions.mentions import mentions_framework
from transpiler.interpret.region import Region
from transpiler.interpret.statics import one_line
from transpiler.interpret.symbols import IMPORTED_INSIDE
from transpiler.interpret.training import CALLED
from transpiler.interpret.values import Framework, Model, Value, bases_of
from transpiler.regex import regex
from transpiler.source.far_frames import reaches_framework
from transpiler.source.lexical import blanked, imports_framework, is_about_framework, words_in


def report_failed_functions(draft: Draft) -> None:
    """Functions that were not understood: a diagnostic each, for those nobody else reports."""
    seen: set[int] = set()
    for summary in draft.file.summaries.values():
        node = summary.function.node
        if summary.kind != "failed" or id(node) in seen or isinstance(node, cst.Lambda):
            continue
        if summary.function.file is not None and summary.function.file is not draft.file:
            continue
        if draft.is_torch(draft.tree.span(node)[0]):
            continue
        others = [
            s
            for s in draft.file.summaries.values()
            if s.function.node is node and s.kind != "failed"
        ]
        if others:
            continue
        seen.add(id(node))
        message = f"`{summary.function.name}` is left as it is: {summary.reason}"
        # What has nothing of Keras in it may be torch already; its callers carry the comment.
        keras = mentions_framework(draft.file, summary.function)
        draft.report(LEFT_MODEL, node, message, comment=keras)
    for summary, units in draft.planned.builders:
        problem = next((u.problem for u in units if u.problem), "")
        if problem:
            draft.failed_nodes.add(id(summary.function.node))
            draft.report(
                LEFT_MODEL,
                summary.function.node,
                f"`{summary.function.name}` is left as it is: {problem}",
            )
    for unit in draft.planned.blocks.values():
        if unit.problem and unit.summary is not None:
            name = unit.summary.function.name
            draft.report(
                LEFT_MODEL,
                unit.summary.function.node,
                f"`{name}` is left as it is: {unit.problem}",
            )


def keep_functions(draft: Draft) -> None:
    """Functions that code which stays Keras still calls."""
    module = draft.file.module
    assert module is not None
    texts: list[str] = []
    for node, _ in module.failed_statements.values():
        texts.append(draft.tree.source(node))
    texts += [
        draft.tree.source(s.function.node)
        for s in draft.planned.failed
        if s.function.file in (None, draft.file)
    ]
    for summary, units in draft.planned.builders:
        if any(u.problem for u in units):
            texts.append(draft.tree.source(summary.function.node))
    for unit in draft.planned.blocks.values():
        if unit.problem and unit.summary is not None:
            texts.append(draft.tree.source(unit.summary.function.node))
    for made in draft.file.user_classes:
        methods = draft.file.class_methods.get(made.name, {}).values()
        if any(id(m.node) in draft.file.kept_closures for m in methods):
            continue  # a loss, which is a module now
        if set(made.bases) == {_CALLBACK}:
            continue  # its calls are on arrays; one that stays Keras is reported itself
        if made.bases and made.functional is None:
            texts.append(draft.tree.source(made.node))
    for unit in draft.planned.module_units:
        if unit.problem:
            texts.append(draft.tree.text)
    texts += [
        draft.tree.source(s)
        for s in draft.top
        if id(s) not in module.graph_statements  # which the classes of models have
        if _is_display(s) and not _only_for_models(draft, s, texts) and not _only_compiled(draft, s)
    ]
    functions = {
        u.summary.function.name: u.summary.function.node
        for u in draft.planned.blocks.values()
        if u.summary is not None
    }
    functions.update({s.function.name: s.function.node for s in draft.planned.operations})
    pending = {w for t in texts for w in words_in(blanked(t))}
    while pending:
        word = pending.pop()
        if word in functions and word not in draft.kept_functions:
            draft.kept_functions.add(word)
            pending |= words_in(blanked(draft.tree.source(functions[word])))


def _is_display(statement: cst.CSTNode) -> bool:
    """Whether it is `BLOCKS = [conv_block, ...]`: whoever calls those does as before."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    small = statement.body[0]
    displays = (cst.List, cst.Tuple, cst.Dict)
    return isinstance(small, cst.Assign) and isinstance(small.value, displays)


def _only_compiled(draft: Draft, table: cst.CSTNode) -> bool:
    """Whether `metrics = [dice, iou]` is only read where models are compiled, all of them here."""
    name = draft.tree.source(table).partition("=")[0].strip()
    trained = [found.training for found in draft.planned.trained]
    if not name.isidentifier() or any(training.problem for training in trained):
        return False
    calls = [c.node for training in trained for c in training.calls if c.name == "compile"]
    if not calls:
        return False
    spans = [draft.tree.span(node) for node in (table, *calls)]
    code = draft.tree.blanked
    spans += [one.span() for one in re.finditer(_KEYS.format(name), code) if _is_dict(table)]
    for run in re.finditer(_ITEMS.format(name), code):
        if not re.search(rf"(?<![\w.]){run[1]}\(", code):  # functions get it, and compile with it
            spans.append(run.span())
    uses = re.finditer(rf"(?<![\w.]){name}\b(?!\s*=)", code)
    return all(any(a <= use.start() < b for a, b in spans) for use in uses)


#: What reads the keys of a dict alone, and what has its items in turn.
_KEYS = r"\b(?:in\s+{0}(?:\.keys\(\))?\s*[:\]}})]|(?:len|list|sorted)\({0}(?:\.keys\(\))?\))"
_ITEMS = r"\bfor\s+\w+,\s*(\w+)\s+in\s+{}\.items\(\)"


def _is_dict(table: cst.CSTNode) -> bool:
    small = table.body[0] if isinstance(table, cst.SimpleStatementLine) else None
    return isinstance(small, cst.Assign) and isinstance(small.value, cst.Dict)


def _only_for_models(draft: Draft, table: cst.CSTNode, left: list[str]) -> bool:
    """Whether `BLOCKS = {"basic": basic}` is only read where its functions are classes now."""
    name = draft.tree.source(table).partition("=")[0].strip()
    converted = {id(s.function.node) for s, units in draft.planned.builders} | {
        id(u.summary.function.node) for u in draft.planned.blocks.values() if u.summary is not None
    }
    others = [s for s in draft.top if s is not table and id(s) not in converted]
    texts = [*left, *(draft.tree.source(s) for s in others)]
    return names_framework(draft.file, name) and not any(
        name in words_in(blanked(text)) for text in texts
    )


def keep_models(draft: Draft) -> None:
    """Models whose tensors or layers a statement needs that stays as it is, stay too."""
    module, units = draft.file.module, draft.planned.module_units
    assert module is not None
    wanted: dict[str, int] = {}  # names, and the line of the first statement that needs each
    for node, _ in module.failed_statements.values():
        if not only_looks(draft, module, node):
            _want(draft, wanted, node, draft.tree.place(node)[0])
    graph = list(module.graph_statements.values())
    stays = {id(n): draft.tree.place(n)[0] for n, _ in module.failed_statements.values()}
    changed = bool(wanted)
    while changed:
        changed = False
        for statement in graph:
            if id(statement) in stays:
                continue
            text = draft.tree.source(statement)
            defined = words_in(text.split("=", 1)[0]) if "=" in text else set()
            owner = re.match(r"(\w+)\.(add|pop)\(", text)
            if owner is not None:
                defined = {owner.group(1)}
            needed = [wanted[name] for name in defined if name in wanted]
            if needed:
                stays[id(statement)] = min(needed)
                _want(draft, wanted, statement, min(needed))
                changed = True
    for unit in units:
        assert unit.built is not None
        span = draft.tree.span(unit.built.node)
        for statement in graph:
            inside = draft.tree.span(statement)
            if id(statement) in stays and inside[0] <= span[0] and span[1] <= inside[1]:
                line = stays[id(statement)]
                reason = f"the statement in line {line}, which is not converted, needs it"
                unit.problem = unit.problem or reason
    draft.stays = set(stays)
    first = next((unit for unit in units if unit.problem and unit.node is not None), None)
    if first is not None and first.node is not None:  # those of the module go together
        reason = f"it is left as it is: so is the model in line {draft.tree.place(first.node)[0]}"
        for unit in units:
            unit.problem = unit.problem or reason


def _want(draft: Draft, wanted: dict[str, int], node: cst.CSTNode, line: int) -> None:
    """Note the names in a statement that stays, for the sake of one in a line."""
    for name in words_in(blanked(draft.tree.source(node))):
        wanted.setdefault(name, line)


#: What changes a model, rather than to look at it.
_CHANGES = regex(r"\.\w+\s*=(?!=)|\b(?:set_weights|add|pop|insert|compile|fit)\(")


def only_looks(draft: Draft, module: Region, node: cst.CSTNode) -> bool:
    """Whether a statement only asks complete models for their layers: they need not stay for it."""
    start, end = draft.tree.span(node)
    names = [n for n, v in module.scope.values.items() if isinstance(v, Model)]
    if not names or _CHANGES.search(draft.tree.blanked, start, end):
        return False
    named = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, names))})\b")
    asked = re.compile(rf"\.(?:{_OF_MODELS})")
    places = [match.end() for match in named.finditer(draft.tree.blanked, start, end)]
    return bool(places) and all(asked.match(draft.tree.blanked, place) for place in places)


_CALLBACK = "keras.callbacks.Callback"


def report_subclasses(draft: Draft) -> None:
    """Layers and models that are classes of the program's own."""
    for made in draft.file.user_classes:
        done = made.functional is not None and any(
            s.function is made.functional and not any(u.problem for u in us)
            for s, us in draft.planned.builders
        )
        done = done or id(made.node) in draft.plain_classes
        if any(b.startswith(("keras.", "tf.")) for b in made.bases) and not done:
            message = f"`{made.name}` is a subclass of {made.bases[0]}; it is left as it is"
            instances = re.findall(rf"(?<![\w.])(\w+)\s*=\s*{made.name}\(", draft.tree.blanked)
            if made.bases[0] == _CALLBACK and (cause := left_with(draft, {made.name, *instances})):
                message = f"{message}: {cause}"
            draft.report(LEFT_SUBCLASS, made.node, message)


def report_overlooked(draft: Draft) -> None:
    """Layers made through names that lead nowhere: a diagnostic for each definition."""
    layers = draft.file.rules.signatures
    replaced = replaces(draft.edits)
    reported = [d.line for d in draft.diagnostics if d.severity is Severity.ERROR]
    for statement in draft.top:
        start, end = draft.tree.span(statement)
        first, last = draft.tree.line_column(start)[0], draft.tree.line_column(end)[0]
        if any(first <= line <= last for line in reported) or draft.is_torch(start):
            continue  # what has been converted with another file has torch's layers
        found = overlooked(draft.file, statement, layers)
        if found is None or replaced(found[0]):
            continue
        name = found[1].partition(".")[0]
        message = f"`{found[1]}` is left as it is: what `{name}` stands for is not known"
        draft.say_at(LEFT_MODEL, *draft.tree.line_column(found[0]), message)
        draft.todos.setdefault(start, (LEFT_MODEL, message))


def _lines_of_subclasses(draft: Draft) -> set[int]:
    """The lines of classes that are left: their one error says it of all that is in them."""
    left = {d.line for d in draft.diagnostics if d.code == LEFT_SUBCLASS.code}
    found = set[int]()
    for statement in draft.top:
        first, last = (draft.tree.line_column(offset)[0] for offset in draft.tree.span(statement))
        if isinstance(statement, cst.ClassDef) and not left.isdisjoint(range(first, last + 1)):
            found |= set(range(first, last + 1))
    return found


_A_MODULE, _NO_MODEL = "the model is an nn.Module now", "which model that is, is not known"
_NO_MODEL_PERHAPS = "`{}` is taken for no call of a model: it stays"


def report_overlooked_training(draft: Draft) -> None:
    """Calls that train a model of which nobody knows which one it is."""
    imported = any(isinstance(v, Framework) for v in draft.file.globals.values())
    text, path = draft.tree.text, draft.file.path
    apart = not imports_framework(text) and (
        not is_about_framework(text) or reaches_framework(text, path)
    )
    if not imported and not apart and IMPORTED_INSIDE.search(draft.tree.text) is None:
        return
    replaced = replaces(draft.edits)
    reported = {d.line for d in draft.diagnostics if d.severity is Severity.ERROR}
    reported |= _lines_of_subclasses(draft)
    regions = [draft.file.module, *(s.region for s in draft.file.summaries.values())]
    known = {id(node) for r in regions if r is not None for node, _, _ in r.left_calls}
    known |= {id(node) for node, _, _ in draft.file.kept_uses} | draft.converted_calls
    known |= draft.file.object_calls
    converted = any(not unit.problem for unit in draft.planned.models)
    unknown = draft.file.unknown_calls if converted or apart else []
    unknown = [node for node in unknown if not is_of_scikit_learn(draft.file, node)]
    overlooked = _overlooked_calls(draft, converted, apart)
    seen = [one for one in overlooked if not is_of_scikit_learn(draft.file, one[0])]
    for node, sure in (*seen, *((n, True) for n in sorted(unknown, key=draft.tree.place))):
        start, end = draft.tree.span(node)
        if draft.is_torch(start):
            continue
        first, last = draft.tree.line_column(start)[0], draft.tree.line_column(end)[0]
        name = one_line(draft.tree.source(node.func))
        gone = replaced(start) and not stands_still(draft.edits, start, name)
        if id(node) in known or gone or reported & set(range(first, last + 1)):
            continue
        if not sure:
            draft.say(ASSUMED, node, _NO_MODEL_PERHAPS.format(name))
            continue
        of = name.rpartition(".")[0]
        cause = left_behind(draft, of, start)
        reason = f"so is what gives `{of}`, in line {cause}" if cause else _NO_MODEL
        message = f"`{name}` is left as it is: {reason}"
        draft.say(LEFT_TRAINING, node, message)
        draft.todos.setdefault(margin_of(draft, node), (LEFT_TRAINING, message))
        reported.add(first)


def _overlooked_calls(
    draft: Draft, converted: bool, apart: bool
) -> Iterator[tuple[cst.Call, bool]]:
    """Calls that nobody knows, of what is surely a model, or may be one; by definitions."""
    found: dict[int, list[tuple[cst.Call, bool | None]]] = {}
    for statement in draft.top:
        alone = isinstance(statement, (cst.FunctionDef, cst.ClassDef))
        asked = overlooked_training(draft.file, statement, converted, apart)
        found.setdefault(id(statement) if alone else 0, []).extend(asked)
    statements = {id(statement): statement for statement in draft.top}
    for key, calls in found.items():
        models = {asked_object(draft.file, node) for node, sure in calls if sure}
        for node, sure in calls:
            shown = sure or asked_object(draft.file, node) in models
            if sure is not None or (shown and may_be_model(draft.file, node)):
                yield node, shown
            elif not (apart or shown):
                given = is_model_given(draft.file, statements[key], node) if key else None
                if given is not None or (converted and may_be_lost(draft.file, node)):
                    yield node, bool(given)


#: What logs whatever Keras trains.
_LOGGING = regex(r"\bmlflow\.(?:tensorflow\.|keras\.)?autolog(?=\()")


def report_logging(draft: Draft) -> None:
    """What would log each training of Keras has nothing to see once all is torch's."""
    if "autolog" not in draft.tree.text or not any(
        not t.training.problem for t in draft.planned.trained
    ):
        return
    for found in _LOGGING.finditer(draft.tree.blanked):
        message = (
            f"`{found.group()}` is left as it is: it logs what Keras trains, and not torch's loops"
        )
        draft.say_at(LEFT_TRAINING, *draft.tree.line_column(found.start()), message)
        start = draft.tree.line_start(found.start())
        draft.todos.setdefault(start + len(draft.margin(start)), (LEFT_TRAINING, message))


def report_training_that_stays(draft: Draft) -> None:
    """Calls that are converted, and stand there still, as in `m.compile("sgd"); return m`."""
    replaced = replaces(draft.edits)
    reported = {d.line for d in draft.diagnostics if d.severity is Severity.ERROR}
    trained = [found.training for found in draft.planned.trained if found.training.problem is None]
    for call in [call for training in trained for call in training.calls]:
        (start, end), (line, _) = draft.tree.span(call.node), draft.tree.place(call.node)
        if replaced(start) or replaced(end - 1) or line in reported:
            continue
        message = f"`{call.name}` is left as it is: the statement around it stays"
        if call.name == CALLED:
            message = f"`{one_line(draft.tree.source(call.node))}` is left as it is; {_A_MODULE}"
        draft.say(LEFT_TRAINING, call.node, message)
        draft.todos.setdefault(margin_of(draft, call.node), (LEFT_TRAINING, message))
        reported.add(line)


#: What a model of Keras is asked for, and an nn.Module is not.
_OF_MODELS = (
    r"(?:layers|get_layer|weights|trainable_weights|non_trainable_weights|trainable_variables|"
    r"variables|input_shape|output_shape|get_config|to_json|to_yaml|metrics_names|name)\b|"
    r"add\(|pop\(\)"
)


#: What makes an array of TensorFlow's of what a call gives.
_AS_ARRAY = r"\)\.numpy\(\)"
_GIVES_TENSORS = (
    "a module takes tensors, and gives some with gradients: `torch.as_tensor` what it gets, "
    "`detach()` what it gives"
)


def report_left_models(draft: Draft) -> None:
    """What is asked of a model that is a module now, and what nobody has put in its place."""
    if not re.search(rf"\.(?:{_OF_MODELS})|{_AS_ARRAY}", draft.tree.blanked):
        return
    from transpiler.emit.training.shared import origin  # most files ask for none of these

    replaced = replaces(draft.edits)
    reported = lines_said(draft)
    made = {id(u.built.model) for u in draft.planned.models if u.built and not u.problem}
    regions = [draft.file.module, *(s.region for s in draft.file.summaries.values())]
    for region in (r for r in regions if r is not None):
        values = region.scope.values.items()
        models = {n: origin(v) for n, v in values if isinstance(v, Model)}
        names = [n for n, v in models.items() if id(v) in made]
        if not names:
            continue
        span = (0, len(draft.tree.text))
        if region.function is not None:
            span = draft.tree.span(region.function)
        alone = "|".join(rf"{name}(?<![\w.]{name})" for name in names)
        pattern = re.compile(rf"(?:{alone})(?:\.(?:{_OF_MODELS})|\([^()\n]*{_AS_ARRAY})")
        for match in pattern.finditer(draft.tree.blanked, *span):
            line, column = draft.tree.line_column(match.start())
            inside = replaced(match.start()) or replaced(match.end() - 1)
            if line in reported or (inside and not _is_kept(draft, match)):
                continue
            asked = match.group().partition("(")[0]
            name, _, attribute = asked.rpartition(".")
            if attribute == "name" and models[name].labelled:
                continue
            reported.add(line)
            message = f"`{asked}` is left as it is; {_A_MODULE}"
            if match.group().endswith(".numpy()"):
                message = f"`{match.group()}` is left as it is: {_GIVES_TENSORS}"
            draft.say_at(LEFT_TRAINING, line, column, message)
            start = draft.tree.line_start(match.start())
            draft.todos.setdefault(start + len(draft.margin(start)), (LEFT_TRAINING, message))


def _is_kept(draft: Draft, asked: re.Match[str]) -> bool:
    """Whether what stands instead of a statement asks a model just what that did."""
    place = asked.start()
    around = [e.text for e in draft.edits if e.start <= place < e.end]
    pattern = re.compile(rf"(?<![\w.]){re.escape(asked.group())}")
    return any(pattern.search(blanked(text)) for text in around)


#: Why methods of models have nothing in their place.
_WHY = {
    "add_loss": "the loss is a tensor of the model's own graph, which no function gives; "
    "the loop that trains needs one of targets and outputs, as `compile` gets",
    "add_metric": "its value is a tensor of the model's own graph, which no function gives; "
    "`compile` takes metrics of targets and outputs",
}


def report_left_calls(draft: Draft, calls: list[tuple[cst.CSTNode, str, Value]]) -> None:
    """Calls of Keras's methods on what is a module now; one comment stands for calls in a row."""
    last_line = said = -10
    causes = _causes(draft)
    for node, name, owner in sorted(calls, key=lambda c: draft.tree.span(c[0])[0]):
        if id(node) in draft.converted_calls:
            continue
        if id(node) in draft.file.without_gradients:
            draft.edits.append(Edit(*draft.tree.span(node), draft.file.without_gradients[id(node)]))
            continue
        line, _ = draft.tree.place(node)
        what = "model" if isinstance(owner, Model) else "base" if bases_of(owner) else "layer"
        message = f"`{name}` is left as it is; the {what} is an nn.Module now"
        if what == "model" and name in _WHY:
            message = f"`{name}` is left as it is: {_WHY[name]}"
        if what == "base" and not any(base.calls for base in bases_of(owner)):
            message = f"`{name}` is left as it is: the pretrained model is"
        if id(node) in causes:
            message = f"`{name}` is left as it is: so is {causes[id(node)]}, of the same model"
        if what == "model" and name in draft.file.unwelcome:
            message = f"`{name}` is left as it is: {draft.file.unwelcome[name]}"
        if message.endswith("; the model is an nn.Module now") and what == "model":
            written = line if draft.file.line_of is None else draft.file.line_of(line)
            why = draft.file.why_left.get(written) or draft.file.uncompiled.get(id(node))
            there = "" if why or not isinstance(node, cst.Call) else asked_there(draft, node, name)
            message = f"`{name}` is left as it is: {why}" if why else message
            message = f"{there}, and the model is an nn.Module now" if there else message
        if id(node) in draft.unconverted:
            message = f"`{name}` is left as it is: {draft.unconverted[id(node)]}"
            last_line = -10
        first = line > last_line + 1
        end_line, _ = draft.tree.line_column(draft.tree.span(node)[1])
        last_line = end_line
        if line != said:
            draft.say(LEFT_TRAINING, node, message)
            said = line
        if first:
            draft.todos.setdefault(margin_of(draft, node), (LEFT_TRAINING, message))


def _causes(draft: Draft) -> dict[int, str]:
    """The first call that is not understood, for the others of its model, by their ids."""
    found: dict[int, str] = {}
    for training in (made.training for made in draft.planned.trained):
        if training.problem is not None:
            cause = place_of_call(draft, training.problem[0])
            for call in training.calls:
                found.setdefault(id(call.node), cause)
    return found


def margin_of(draft: Draft, node: cst.CSTNode) -> int:
    """Where the text of the line begins in which a node starts."""
    start = draft.tree.line_start(draft.tree.span(node)[0])
    return start + len(draft.margin(start))


def add_comment(draft: Draft, offset: int, code: Code, message: str) -> None:
    """A comment above a line that says what is left and why, once."""
    start = draft.tree.comment_line(offset)
    previous = draft.tree.text[:start].rstrip("\n").rpartition("\n")[2]
    if "TODO(tf2torch)" in previous:
        return
    newline = "\r\n" if "\r\n" in draft.tree.text else "\n"
    comment = f"{draft.margin(start)}{code.todo(message)}{newline}"
    draft.edits.append(Edit(start, start, comment))
