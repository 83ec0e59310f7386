"""Models: inputs, functional graphs, Sequential, and models that are used as layers.

inputs.py             `keras.Input`: a parameter of `forward`
functional.py         `keras.Model(inputs, outputs)`, and what `forward` returns
sequential.py         Sequential, layer by layer
popping.py            `pop` of a Sequential
sequential_inputs.py  what a Sequential takes: as declared, or as the data tells;
                      given_sizes.py: data that functions give
nested.py             models that are called in other models
every_step.py         models that `TimeDistributed` runs at every step
taken_in.py           how the class of a model comes by those
parts.py              inputs, outputs and layers inside of models
going_on.py           tensors inside of models that other layers go on from
borders.py            inputs and outputs that a builder gives together with its models
methods.py            methods of models, and changes of them
loading.py            `load_model` of what the program itself has saved
bases.py              `keras.applications` under a head of the program's own
frozen.py             loops that freeze the layers of a model
told_layers.py        loops that tell of each layer whether it is frozen
clipped.py            loops that clip the weights of a model
listed.py             loops that print what its layers are called
selected_layers.py    loops that ask what is known of its layers
rounds.py             models that are made in a loop
input_lists.py        lists of inputs: `*inputs`
looped_inputs.py      lists of inputs that a loop fills
input_dicts.py        dicts of inputs whose keys only the run tells
labels.py             names of models that the program reads
dry_runs.py           models that can run when they are made
given_inputs.py       builders that are given the tensor their model starts from
"""
