"""A whole file: classes in the places of functions, calls in the places of models."""

from __future__ import annotations

from transpiler.conversion import Conversion
from transpiler.emit.alike import merge_alike
from transpiler.emit.apart import report_apart, report_changed_apart
from transpiler.emit.captured import report_captured
from transpiler.emit.clashes import refuse_clashes
from transpiler.emit.comments import restored
from transpiler.emit.dangling import report_dangling
from transpiler.emit.dead_imports import passes_framework_on
from transpiler.emit.decided import report_decided
from transpiler.emit.definitions import (
    drop_clips,
    drop_decorators,
    drop_emptied,
    drop_inlined,
    rename_foreign_imports,
    rename_passed_functions,
    replace_blocks,
    replace_operations,
    retype_parameters,
    settle_functions,
)
from transpiler.emit.draft import Draft
from transpiler.emit.dry_runs import run_dry
from transpiler.emit.edits import apply, outdented, tidied
from transpiler.emit.emitted import add_helpers, rename_clashing
from transpiler.emit.emptied import fill_emptied
from transpiler.emit.foreign import settle_unread, takes_from_others
from transpiler.emit.given_away import report_given_away
from transpiler.emit.heirs import report_heirs_of_other_files
from transpiler.emit.import_names import ImportNames
from transpiler.emit.imports import import_edits, known_imports, without_unread
from transpiler.emit.instances import (
    drop_configurations,
    drop_settings,
    first_model,
    make_clones,
    replace_builders,
    replace_models,
    write_initializers,
)
from transpiler.emit.lacking import report_lacking
from transpiler.emit.left import (
    add_comment,
    keep_functions,
    keep_models,
    report_failed_functions,
    report_left_calls,
    report_left_models,
    report_logging,
    report_overlooked,
    report_overlooked_training,
    report_subclasses,
    report_training_that_stays,
)
from transpiler.emit.left_attributes import report_left_attributes
from transpiler.emit.left_code import (
    report_called_losses,
    report_kept_imports,
    report_kept_tables,
    report_left_code,
    report_left_numbers,
    report_left_stars,
    report_passed_on,
    write_key_tables,
    write_new_axes,
)
from transpiler.emit.left_data import (
    report_asked_parameters,
    report_left_data,
    report_left_steps,
)
from transpiler.emit.left_over import report_left_over
from transpiler.emit.lent import report_lent
from transpiler.emit.metric_lists import drop_metric_lists
from transpiler.emit.orphans import refuse_orphans
from transpiler.emit.overlooked_layers import report_overlooked_layers
from transpiler.emit.planning import plan_file
from transpiler.emit.rendering import render
from transpiler.emit.set_by_name import report_set_by_name
from transpiler.emit.shown_attributes import report_shown
from transpiler.emit.signatures import fold_signatures
from transpiler.emit.stale_names import report_stale
from transpiler.emit.trained import decide_training, drop_given_elsewhere, place_training
from transpiler.emit.unused import drop_imports_inside, drop_unused
from transpiler.interpret.context import FileContext


def convert_file(file: FileContext) -> Conversion:
    """The new text of a file, with what was found and what there is to say."""
    file.planned = planned = plan_file(file)
    run_dry(planned)
    render(planned)
    report_left_over(planned)
    refuse_orphans(planned)
    refuse_clashes(planned)
    merge_alike(planned)
    made = _write(Draft(planned))
    for trained in planned.trained:
        trained.together.clear()  # they name each other, and so would stay in memory
    return made


def _write(draft: Draft) -> Conversion:
    """All that changes in the file, in its order: what stays decides what else must."""
    report_failed_functions(draft)
    keep_functions(draft)
    keep_models(draft)
    decide_training(draft)
    replace_blocks(draft)
    replace_operations(draft)
    replace_builders(draft)
    replace_models(draft)
    place_training(draft)
    make_clones(draft)
    settle_functions(draft)
    drop_metric_lists(draft)
    drop_given_elsewhere(draft)
    report_left_calls(draft, draft.file.kept_uses)
    if draft.device:
        from transpiler.emit.training.head import device_edit

        draft.edits.append(device_edit(draft.tree, draft.device, first_model(draft)))
    drop_inlined(draft)
    drop_decorators(draft)
    retype_parameters(draft)
    rename_passed_functions(draft)
    rename_foreign_imports(draft)
    drop_clips(draft)
    drop_emptied(draft)
    report_subclasses(draft)
    report_heirs_of_other_files(draft)
    drop_configurations(draft)
    drop_settings(draft)
    report_dangling(draft)
    report_stale(draft)
    report_left_data(draft)
    write_new_axes(draft)
    write_initializers(draft)
    if draft.planned.operations or draft.callbacks or takes_from_others(draft.file):
        from transpiler.emit.called_by_hand import write_calls_by_hand
        from transpiler.emit.objects_by_hand import write_objects_by_hand

        write_objects_by_hand(draft, write_calls_by_hand(draft))
    if "register_keras_serializable" in draft.tree.text:
        from transpiler.emit.registered import drop_registrations

        drop_registrations(draft)
    if "Decay" in draft.tree.text:
        from transpiler.emit.called_schedules import write_called_schedules

        write_called_schedules(draft)
    if any(made.bases for made in draft.file.user_classes):
        from transpiler.emit.inherited import report_inherited

        report_inherited(draft)
    report_left_code(draft)
    report_left_stars(draft)
    report_called_losses(draft)
    report_left_numbers(draft)
    report_left_steps(draft)
    report_asked_parameters(draft)
    report_lacking(draft)
    report_decided(draft)
    report_overlooked(draft)
    report_lent(draft)
    report_overlooked_training(draft)
    report_training_that_stays(draft)
    report_overlooked_layers(draft)
    report_logging(draft)
    report_given_away(draft)
    report_set_by_name(draft)
    report_left_models(draft)
    report_left_attributes(draft)
    report_apart(draft)
    if draft.planned.trained or draft.planned.models:
        from transpiler.emit.still_asked import report_still_asked

        report_still_asked(draft)
    if draft.planned.trained:
        from transpiler.emit.overlooked_calls import report_overlooked_calls
        from transpiler.emit.shared_draws import report_shared_draws
        from transpiler.emit.still_asked import report_asked_in_new_code

        report_overlooked_calls(draft)
        report_asked_in_new_code(draft)
        report_shared_draws(draft)
    settle_unread(draft)
    new_code = bool(draft.class_spots or draft.edits)
    for offset, (code, message) in sorted(draft.todos.items()):
        add_comment(draft, offset, code, message)
    passes_on = passes_framework_on(draft.file)
    if not (draft.class_spots or draft.edits or passes_on or draft.file.arrived):
        text = draft.tree.text
        if not draft.diagnostics and "TODO(tf2torch)" not in text:
            drop_imports_inside(draft)
            text = without_unread(draft.file, draft.edits)
        changed = text != draft.tree.text
        return Conversion(text, tuple(draft.records), tuple(draft.diagnostics), changed)
    add_helpers(draft)
    defined = rename_clashing(draft)
    if draft.before:
        from transpiler.emit.training.composing import compose_statements

        compose_statements(draft)
    write_key_tables(draft)
    named = ImportNames(draft.file, known_imports())
    draft.edits = named.applied(draft.edits)
    if new_code or passes_on or draft.file.arrived:
        made = {u.plan.name for u in draft.planned.units if not u.problem} | defined
        imports = import_edits(draft.file, draft.edits, draft.helpers, made, named)
        draft.edits = [*imports, *draft.edits]
    report_kept_tables(draft)
    report_passed_on(draft)
    drop_unused(draft)
    drop_imports_inside(draft)
    fill_emptied(draft)
    if draft.tree.comments:
        draft.edits += restored(draft.tree, draft.edits, draft.brought)
    draft.edits = outdented(draft.tree.text, draft.edits)
    if draft.file.distribution is not None or draft.file.placed:
        from transpiler.emit.distribution import without_scopes

        draft.edits = without_scopes(draft)
    fold_signatures(draft)
    text = tidied(draft.tree.text, apply(draft.tree.text, draft.edits))
    if "__all__" in text:
        from transpiler.emit.exported import with_names_listed  # most files have none

        text = with_names_listed(draft, text)
    report_kept_imports(draft, text)
    report_changed_apart(draft, text)
    report_captured(draft, text)
    report_shown(draft, text)
    said = sorted(draft.diagnostics, key=lambda d: (d.line, d.column))
    changed, functions = text != draft.tree.text, frozenset(draft.operations)
    return Conversion(text, tuple(draft.records), tuple(said), changed, functions)
