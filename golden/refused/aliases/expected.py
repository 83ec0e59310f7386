from tensorflow.keras import Input, Model, layers


# TODO(tf2torch) T2T104: `same_list` is left as it is: `more` and `sizes` are one list or dict, which changes
def same_list():
    sizes = [4, 5]
    more = sizes
    more.append(6)
    inputs = Input((4,))
    x = inputs
    for size in sizes:
        x = layers.Dense(size)(x)
    return Model(inputs, x)


# TODO(tf2torch) T2T104: `same_dict` is left as it is: `others` and `options` are one list or dict, which changes
def same_dict():
    options = {"activation": "relu"}
    others = options
    others["activation"] = "tanh"
    inputs = Input((4,))
    return Model(inputs, layers.Dense(3, **options)(inputs))


# TODO(tf2torch) T2T104: `lists_in_a_list` is left as it is: a loop that changes the lists or dicts in another list
def lists_in_a_list():
    pairs = [[4], [5]]
    for pair in pairs:
        pair.append(3)
    inputs = Input((4,))
    x = inputs
    for first, second in pairs:
        x = layers.Dense(first + second)(x)
    return Model(inputs, x)


def set_activation(options):
    options["activation"] = "tanh"


# TODO(tf2torch) T2T104: `changed_by_a_function` is left as it is: the outputs of the model are not known: keras.layers.Dense is called with arguments that are not known
def changed_by_a_function():
    options = {"activation": "relu"}
    set_activation(options)
    inputs = Input((4,))
    return Model(inputs, layers.Dense(3, **options)(inputs))


class Builder:
    def __init__(self):
        self.sizes = [4, 5]

    # TODO(tf2torch) T2T104: `build` is left as it is: `sizes` and `self.sizes` are one list, dict or array, which changes
    def build(self):
        sizes = self.sizes
        sizes.append(6)
        inputs = Input((4,))
        x = inputs
        for size in self.sizes:
            x = layers.Dense(size)(x)
        return Model(inputs, x)
