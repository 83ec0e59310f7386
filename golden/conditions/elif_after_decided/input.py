from keras import backend, layers, models


def build(shape=None, tensor=None):
    """A model whose size may be given by a tensor."""
    # the tensor first
    if tensor is not None and backend.is_keras_tensor(tensor):
        size = backend.int_shape(tensor)[1]
    # then what is known
    elif shape is None:
        size = 24
    else:
        if shape[0] in (9, 12):
            size = shape[0]
        else:
            size = 6
    if tensor is None:
        inputs = layers.Input((size, size, 3))
    else:
        inputs = tensor
    x = layers.Flatten()(inputs)
    model = models.Model(inputs, layers.Dense(2)(x))
    print("size", size)
    return model
