"""Reads a program as Python would run it, with abstract values for layers, tensors and models.

Each room may use those above it, and `provided("name")` of a room below it.

    values.py      the abstract values
    scope.py       the names and their values
    context.py     what is known of one file
    region.py      the state of one interpretation: a scope, and the two programs that grow
    summary.py     what is known of a function once its body was interpreted
    dispatch.py    which function interprets which kind of node
    statics.py     plain values, and the source that stands for them
    symbols.py     every way to spell a name of Keras or TensorFlow
    effects.py     arguments that change something: evaluated once
    unpacked.py    what a call unpacks
    arguments.py   what a call passes
    aliases.py     two names for one list or dict
    records.py     lists and dicts of tuples and dicts with models in them
    decisions.py   switches of the program's own that its settings decide
    object_groups.py  lists and dicts of objects, and what may be one
    again.py        whether functions that data sets run give the same again
    late_binding.py  what functions of `Lambda` read later
    undoing.py     what a statement had changed that fails, or is run anew
    bindings.py    what a variable may hold, by its assignments
    stale.py       parts of the training that are made of what changes before they are used
    trainable.py   what of a model is trained, and when a program says so
    dict_arguments.py  dicts of arrays that functions give
    assumed_data.py  parameters that must be data sets
    compiled_values.py  settings and methods that `compile` gets
    predicted.py   arrays that models have predicted
    target_sizes.py  sizes of the targets that these calls get
    training.py    calls that compile, train or ask models
    results.py     numbers that models have given, where calls get them
    asked_layers.py  those that ask their layers
    strategies.py  strategies of tf.distribute
    repeats.py     what is trainable when code that trains runs again
    tensors/       names, layouts, rules, operators
    layers/        what makes them, what calling them gives
    expressions/   what only reads
    control/       branches, loops, comprehensions
    calls/         by what is called
    models/        inputs, functional graphs, Sequential, models as layers
    functions/     blocks, operations, builders
    heirs.py       methods that classes inherit
    classes.py     classes of the program; class_bodies.py: their settings and models;
                   instances.py: their instances; shared_models.py: which share one;
                    functional_classes.py: those of one model
    statements/    assignments, definitions, imports
    program.py     a whole file
"""
