"""A whole file: the module first, then every function that nobody in it calls."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.control import comprehensions, loops
from transpiler.interpret.control.suites import run_block
from transpiler.interpret.dispatch import evaluated_in, provided, provided_in
from transpiler.interpret.expressions import attributes, displays, names, operators, subscripts
from transpiler.interpret.functions import generators
from transpiler.interpret.functions.compiled_elsewhere import names_of_lines
from transpiler.interpret.functions.kept_data import reads_data
from transpiler.interpret.functions.kept_functions import gets_functions
from transpiler.interpret.functions.keywords import settle
from transpiler.interpret.functions.mentions import mentions_framework
from transpiler.interpret.functions.method_data import settle_data
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.functions.splicing import gives_lists, opens_inputs
from transpiler.interpret.functions.summaries import summarize
from transpiler.interpret.functions.wishes import Wishes, fulfil
from transpiler.interpret.instances import interpret_instances
from transpiler.interpret.region import GiveUp, Region, Restart, contained
from transpiler.interpret.scope import Scope
from transpiler.interpret.statements import assignments, attempts, definitions, lines
from transpiler.interpret.statements.filled_arrays import current_arrays, keep_filled
from transpiler.interpret.undoing import snapshot, undo
from transpiler.interpret.values import SPOILED, Function, Model, Static, Unknown
from transpiler.ir.expr import Expr
from transpiler.options import Options
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.registry import Rules
from transpiler.source.lexical import standing
from transpiler.source.modules import generation
from transpiler.source.tree import Tree

#: The handlers register when their modules are imported.
HANDLERS = (
    *(attributes, displays, names, operators, subscripts, comprehensions, loops),
    *(generators, assignments, attempts, definitions, lines),
)
# what not every file needs is loaded when it is first asked for
evaluated_in("calls.calling", cst.Call)
provided_in("calls.batches", "each_element", "note_parts", "note_taken", "settle_beside")
provided_in("calls.by_hand", "attribute_of_metric")
provided_in("calls.drawn", "asked_of_element")
provided_in("calls.framework", "correct_pad", "framework_call")
provided_in("calls.methods", "pairs_of")
provided_in("class_bodies", "class_attribute")
provided_in("classes", "define_class", "call_class")
provided_in("asked_layers", "name_layer", "ask_layer")
provided_in("control.joined_lists", "join_lists")
provided_in("functions.applied", "applied_function")
provided_in("functions.blocks", "call_deferred", "call_parameter")
provided_in("functions.calling", "call_function")
provided_in("functions.inlining", "inline_call")
provided_in("functions.kept_dicts", "kept_dict")
provided_in("functions.kept_groups", "put_model")
provided_in("functions.kept_parts", "kept_part")
provided_in("functions.metric_parts", "part_method")
provided_in("functions.outer_sizes", "size_by_call")
provided_in("functions.wishes", "wanted_of")
provided_in("functions.own_losses", "own_losses")
provided_in("functions.unused_losses", "unused_losses")
provided_in("functions.own_metrics", "change_state")
provided_in("functions.own_penalties", "own_penalty")
provided_in("models.bases", "base_attribute", "layer_of_base", "features_of_base")
provided_in("models.bases", "change_inside", "loop_inside")
provided_in("models.clipped", "clip_layers")
provided_in("models.every_step", "at_every_step")
provided_in("models.frozen", "freeze_layers", "tell_layers")
provided_in("models.given_sizes", "given_sizes", "sizes_at")
provided_in("models.going_on", "go_on_from")
provided_in("models.input_dicts", "keyed_input", "input_dict", "given_in_order")
provided_in("models.input_lists", "input_list")
provided_in("models.listed", "list_layers")
provided_in("models.loading", "load_model", "clone_model", "save_model")
provided_in("models.looped_inputs", "gather_input", "with_gathered", "keep_gathered")
provided_in("models.parts", "model_attribute", "inside_of_model", "tensor_of_layer", "lend")
provided_in("models.parts", "border_of")
provided_in("models.nested", "call_model", "name_model")
provided_in("models.sequential", "make_sequential", "close_models")
provided_in("models.methods", "model_method", "set_attribute", "note_given", "pass_model")


def interpret(
    tree: Tree,
    options: Options,
    rules: Rules,
    load: Callable[..., Any] | None = None,
    path: str = "",
    mark: Any = None,
    wishes: Wishes | None = None,
    reasons: dict[str, str] | None = None,
    site: int | None = None,
) -> FileContext:
    """What a file builds: its module region, and a summary of each function."""
    if options.keras == "auto":
        options = replace(options, keras=generation(tree.text, path))
    file = FileContext(tree, options, rules, load=load, path=path, mark=mark, site=site)
    file.wishes = wishes
    file.why_handed_on = dict(reasons or {})
    file.channels_lead = _channels_lead(tree.text)
    _interpret_module(file)
    return file


def _channels_lead(text: str) -> bool:
    """Whether images have their channels first, wherever a file says where they are."""
    said = "channels_first" in text and "channels_last" not in text
    return said and re.search(r"Conv[23]D|Pooling[23]D", text) is not None


def _interpret_module(file: FileContext) -> None:
    """Run the statements of the module."""
    file.kept_uses.clear()
    wants: dict[str, Any] = {}
    for _ in range(60):
        region = _module_region(file, wants)
        file.frozen.clear()
        try:
            for statement in file.tree.module.body:
                held = current_arrays(region)
                _top_level(region, statement)
                keep_filled(region, statement, held)
                file.globals = region.scope.values  # another dict, once a loop was gone through
        except Restart:
            continue
        break
    else:
        raise GiveUp("the module does not settle")
    file.module = region
    file.globals = region.scope.values
    for model in list(region.open_sequentials):
        if model.closed:
            continue
        from transpiler.interpret.models.sequential import close_sequential  # loaded by then

        try:
            built = close_sequential(region, model)
        except GiveUp as why:
            region.failed_models.append((model, why))
            continue
        if built is not None:
            region.built.append(built)
    if file.wishes is not None:
        fulfil(file, *file.wishes(file))
    if file.compared and "def " in file.tree.text:
        provided("unused_losses")(file)


def _top_level(region: Region, statement: cst.CSTNode) -> None:
    """Run a statement of the module; one that is not understood spoils the names it assigns."""
    before = snapshot(region)
    try:
        contained(lambda: _run(region, statement), statement)
    except GiveUp as why:
        undo(region, before)
        derived = why.reason.startswith(SPOILED)
        reason = why.reason if derived else SPOILED + why.reason
        for name in _ASSIGNED.findall(region.tree.source(statement)):
            region.scope.bump(name)
            region.scope.values[name] = Unknown(reason)
        for model in region.open_sequentials:
            model.broken = model.broken or _touched(region, model, statement, why.reason)
        region.failed_statements[id(statement)] = (statement, why)


_ASSIGNED = regex(r"^\s*(\w+)\s*[-+*/]?=[^=]", re.M)


def _run(region: Region, statement: cst.CSTNode) -> None:
    run_block(region, (statement,))


def _touched(region: Region, model: Model, statement: cst.CSTNode, reason: str) -> str:
    """Why a Sequential that a failed statement changes can't be converted."""
    for name, value in region.scope.values.items():
        if value is model and re.search(
            rf"\b{re.escape(name)}\.(add|pop)\(", region.tree.source(statement)
        ):
            return reason
    return ""


def _module_region(file: FileContext, wants: dict[str, Any]) -> Region:
    scope = Scope()
    file.summaries.clear()
    file.generic.clear()
    file.forced.clear()
    file.spliced.clear()
    file.arrays.clear()
    file.reshaped.clear()
    file.mentions.clear()
    file.left_data.clear()
    file.ways.clear()
    file.vague_calls.clear()
    file.data_names.clear()
    file.class_methods.clear()
    file.user_classes.clear()
    file.kept_models.clear()
    file.kept_groups.clear()
    file.given_models.clear()
    file.given_alike.clear()
    file.given_objects.clear()
    file.stood_for.clear()
    file.object_calls.clear()
    file.kept_at.clear()
    file.given_functions.clear()
    file.kept_data.clear()
    file.missed.clear()
    file.data_seen.clear()
    file.globals = scope.values
    scope.values.update(names_of_lines(file))
    region = Region(file, scope, wants=wants)
    region.is_module = True
    return region


def interpret_functions(file: FileContext) -> None:
    """Interpret the functions of a file that no call has reached yet."""
    for _ in range(8):
        _interpret_rest(file)
        settle_data(file)
        if not file.grown:
            settle(file)
        if not file.grown:
            _leave_untold(file)
        if not file.grown:
            return
        file.grown = False
        _interpret_module(file)
    raise GiveUp("the keywords that calls pass on do not settle")


def _leave_untold(file: FileContext) -> None:
    """Let blocks do without the sizes for want of which functions, or the module, were left."""
    summaries = file.summaries.values()
    understood = {id(s.function.node) for s in summaries if s.kind != "failed"}
    left = {id(s.function.node) for s in summaries} - understood
    if file.module is not None and file.module.failed_statements:
        left.add(id(None))
    missed = {file.missed[caller] for caller in left & file.missed.keys()}
    if not missed <= file.untold:
        file.untold |= missed
        file.grown = True


def _interpret_rest(file: FileContext) -> None:
    """Interpret each function that is left, called with nothing that is known."""
    region = file.module
    assert region is not None
    # where that was asked at a `def`, what the function calls may have stood below it
    file.mentions = {key: True for key, found in file.mentions.items() if found}
    reached = {key[0] for key in file.summaries}
    # what others call comes last: their calls say more of it
    pending: list[Function] = sorted(region.local_functions, key=lambda f: _is_called(file, f))
    while pending:
        function = pending.pop(0)
        if id(function.node) in reached | file.spliced:
            continue
        used = mentions_framework(file, function) or gets_functions(file, function)
        if not used and not reads_data(file, function):
            continue
        reached.add(id(function.node))
        parameters = parameters_of(function.node)
        given: dict[str, Any] = {}
        if function.owner and parameters:
            given[parameters[0].name] = Static(Expr(parameters[0].name))
        summarize(file, function, given)
        reached |= {key[0] for key in file.summaries}
    interpret_instances(file)
    for key, summary in list(file.summaries.items()):
        never = summary.kind == "failed" or opens_inputs(summary) or gives_lists(summary)
        if key[0] in file.spliced and never:
            del file.summaries[key]
    while _forget_unused(file):
        pass


def _is_called(file: FileContext, function: Function) -> bool:
    """Whether the file seems to call a function of its own, but for what that does itself."""
    start, end = file.tree.span(function.node)
    text = file.tree.blanked
    calls = rf"{standing(function.name)}\("
    return re.search(calls, text[:start]) is not None or re.search(calls, text[end:]) is not None


def _forget_unused(file: FileContext) -> bool:
    """Forget the blocks of which only the statements are used; whether there were any."""
    found = [summary.region for summary in file.summaries.values()]
    called = {
        id(s) for region in (file.module, *found) if region is not None for s in region.called
    }
    unused = [
        key
        for key, summary in file.summaries.items()
        if summary.kind == "block" and id(summary) not in called
        if key[0] in file.spliced - file.forced
    ]
    for key in unused:
        del file.summaries[key]
    return bool(unused)
