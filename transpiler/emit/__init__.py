"""Writes what the interpreter found: classes, their instances, what trains them, and the rest.

    file.py          a whole file, in the order in which its parts are settled
    planning.py      which classes there are, and what each is made of
    dry_runs.py      models that run when they are made, as that tells lazy layers their sizes
    given.py         what a class is given, rather than does itself; given_sizes.py: of arrays
    module_values.py  what of the module a class reads, and what it computes again
    units.py         what there is to write: the data that all of this is about
    class_names.py   how the classes are called
    inherited.py     what objects had from Keras's classes alone
    heirs.py         methods that several classes inherit
    foreign.py       what other files' functions are called here
    operation_names.py  how functions on tensors are called
    rendering.py     the text of every class, or why it can't be written
    orphans.py       builders of which something would stay that reads what is gone
    builder_tables.py  dicts of builders, which other files look up
    clashes.py       names that the program and a helper both want
    alike.py         models of one builder that differ in nothing but their names
    classes/         one class, or one function on tensors
    draft.py         the new text while it is being written: edits, diagnostics, records
    definitions.py   functions that become classes, or go
    instances.py     models: their classes, and an instantiation where they were built
    kept_attributes.py  attributes that are what the method got
    residual/        what stays of a function when its model is gone
    trained.py       what trains models, where the calls stood; training/ writes it, with
    predicting.py    the functions that predict
    epochs.py        those that train for an epoch and evaluate, and
    steps.py         those that train and test on a batch
    distribution.py  the strategy of a file, and its scopes
    metric_classes.py  classes of metrics
    passed_metrics.py  metrics that are called under other names
    left_over.py     layers whose last result nobody reads, which Keras leaves out of a model
    metric_lists.py  losses and lists of metrics that nobody reads any more
    handed.py        arguments that are shapes now
    signatures.py    signatures that have become too long
    given_away.py    functions that give models, passed to code that nobody sees
    set_by_name.py   names that a run sets by their text
    decided.py       switches of the program's own of which one side is gone
    lacking.py       what is asked of emitted objects that these lack
    left.py          what stays Keras, and what is said of it; left_code.py: of code besides models;
                     left_attributes.py: of what models are asked; left_data.py: of data sets;
                     said_before.py: by an earlier conversion; asked_there.py: of functions of
                     other files;
                     lent.py: of models that other files make
    apart.py         files that need each other, where a run converts but one
    key_tables.py    dicts of which only the keys are read still
    called_schedules.py  schedules that a program asks for rates itself
    called_by_hand.py  functions on tensors that a program calls on arrays by itself;
                     objects_by_hand.py: losses and the like that are objects, and other names;
                     metrics_by_hand.py: metrics of the program's own
    still_asked.py   what the code that stays asks as of models, and nothing else tells of;
                     shared_draws.py: what it draws of what Keras takes seeds from
    causes.py        which error lies behind another one
    overlooked.py    layers made through names that lead nowhere; overlooked_layers.py: those of
                     models that nobody knows; overlooked_calls.py: models called on arrays
    exported.py      the names in `__all__`
    registered.py    marks by which Keras finds classes and functions in files
    dangling.py      functions that are gone, and what still reads them
    changed_sizes.py  what a script changes while it makes a model
    shown_attributes.py  code that looks at all attributes of an object, the added ones too
    captured.py      names of the program's own that hide what converted code calls
    stale_names.py   variables that loops set which are in a class now
    unused.py        imports that nobody needs any more
    emptied.py       blocks of which nothing stays
    emitted.py       what the classes need besides torch
    import_names.py  what imports are called where a file has something else of their names
    imports.py       which imports come, and where; dead_imports.py: which go
    comments.py      the comments of statements that are gone

Below them: edits.py (changes of a text), text.py and fold.py (source as text), naming.py, and
types.py (what is said of parameters).
"""
