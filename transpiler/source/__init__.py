"""Files and their text: found, read, parsed, and looked at without being understood.

discovery.py    from paths to files; ignored.py: which are left alone
files.py        bytes to text and back
notebook.py     the cells of a notebook as one program, and back; magics.py: what they hold beside
                    Python; json_places.py: where the file has them
syntax.py       what Python says about a text; nesting.py: what is nested too deep
tabs.py         files that are indented by tabs; shared_lines.py: statements that share a line
tuples.py       how long the tuples are that functions of a file give
tree.py         a parsed file; parsing.py: how it is; spans.py: where its nodes stand
suites.py       statements, the blocks that hold them, and their lines
lexical.py      strings, comments and names, without parsing
literals.py     the constants of a module; held_settings.py: those of a project, and
                    steady_settings.py: whether nothing changes these
tables_of_builders.py  dicts of functions that nothing changes
modules.py      which modules of a project are about models
imported.py     what a file imports of these; importers.py: what other files import of it
changed_by_importers.py which attributes of its objects these set
set_outside.py  which of its names these change; changed_later.py: once a model is trained
changing.py      both: whoever in the project changes what an expression reads; far_reads.py: by
                functions of other files that it calls
foreign_objects.py where objects of other libraries are asked, as those of scikit-learn
far_uses.py     what files without a word of the framework ask of what others give; far_values.py:
                    what that is, far_frames.py: by what names; far_kinds.py: what calls make;
                    far_names.py: which names are read; far_stars.py: which a star hides;
                    far_kept.py: what objects get; far_arguments.py: and functions;
                    far_registries.py: what others put into lists and dicts of a module;
                    far_computing.py: which values compute with tensors
passed_imports.py  names of the framework that files have from others
search_path.py  where a file lets Python look for modules; unseen.py: what a run may find else
generations.py  which generation of Keras it was written for
object_uses.py  what a program asks of an object, or changes in it
occurrences.py  where names are read and bound; bindings.py: what to; bound_names.py: what a
                    module binds
whole_numbers.py  which expressions are arrays of whole numbers; array_values.py: which may be
                    arrays or lists at all
reaching.py     which of the statements that bind a variable a place may see; rounds.py: behind
                    loops that surely run
possible_constants.py  which constants an expression may be when the program runs;
                    held_values.py: what names, attributes and keys hold
tables.py       which expressions may be tables of pandas; far_tables.py: of other files, too
near.py         the modules that a module may have data from, or give some
rows.py         which variables surely hold rows and columns of one; given_axes.py: which have
                    how many axes, also by functions of other files; axes.py: by calls of libraries
backwards.py    which arrays run backwards through the memory of others; turned.py: which may
plain_attributes.py  which attributes of a class hold plain values
bound_values.py what a program binds its names and attributes to
steady_groups.py  whether a list or dict stays as it is made
effects.py     where a program changes something; between.py: whether it does between two places;
               paths_read.py: what an expression reads
acting.py      whether what an expression calls does, or gives something else next time;
               changed_by_others.py: what functions of other files get, and change
outer_reads.py  what functions read of others; draws.py: what they draw,
                draws_elsewhere.py: by what other files or objects do
running.py      whether that changes between two runs of what is traced once
run_later.py    what runs whenever data give a batch
reached.py      through which variables data are reached, which functions are called
given_back.py  whether a name may hold an earlier model again
picking_functions.py  calls of functions that give back one of the models which they get
known_as.py     by which names files may call functions: aliases, tables, other functions
given_options.py  which options functions get and unpack; callers.py: which keywords calls pass
made_where_given.py  whether what a call gets is made for it, or was there before;
                    made_later.py: would it be another one
given_objects.py  whether callers give a function what is made already
named_keywords.py  functions that read their keywords one by one: parameters instead
given_settings.py  settings that functions and objects get, the same from all of their calls
changed_once_made.py  settings of a model that change once it is made
fresh_values.py  lists and dicts that an expression makes, or copies
looked_up.py    whether lists and dicts change in which an expression looks something up
changed_by_callbacks.py  arrays that callbacks change while a model is trained;
                changed_after.py: those that a program changes once something has got them
properties.py  attributes that are computed whenever they are read
unfollowed.py  what files without the framework ask as of models, whoever gives them
filled_when_run.py  dicts of settings that get values under keys which only the run tells
settled.py      what variables of a function are by the constants that a call gives it
call_arguments.py  what the parameters of a function get in a call
told_by_generators.py  what generators change beside giving batches, and others read
passed_options.py  functions that pass options on to a model: these as their parameters
shared_callbacks.py  callbacks that functions get the same from all of their calls
rewritings/     what is easier to understand when it is written otherwise;
                looped_classes.py: loops over classes of optimizers
replaced.py     edits of a text, and which lines these leave where
may_be.py       which names an expression may stand for
made_of.py      which expressions may be made of what some calls give
whereabouts.py  under which names an object may be found, wherever it is handed
held_dicts.py   which keys the dicts have that functions give
homes.py        functions and classes by their names, also those that a module imports
handed_data.py  which calls make data that models are trained with
run_again.py    functions that a program runs more than once
origins.py      from which files it has its names
made_batches.py  what functions give as batches; reused_arrays.py: changed arrays;
                    far_generators.py: what generators of files give that are left to themselves
holders.py     which variables may hold an object, also in lists and dicts
stores.py      what a program gives values, and how often
remembered.py   what is asked of files again and again
patched_methods.py  methods that a class has otherwise than by a `def` in its body
rebound.py      which variables change between calls of functions that read them
handed_up.py    what the `__init__` of a class hands to that of the one above it
setting_functions.py  which variables statements change by the functions that they call
changing_functions.py  which functions change something in what they get
keys_by_others.py  under which keys dicts get something by another name
children.py     what stands right inside of a node of the tree
taken.py        what functions call that which they get
changes.py      which lists and dicts are changed in place; changed_inside.py: by functions;
                    changed_entries.py: inside of others; array_changes.py: what only arrays do;
                    arrays_in_place.py: whether any array may
"""
