from tensorflow.keras import Input, Model, layers


def same_list():
    sizes = [4, 5]
    more = sizes
    more.append(6)
    inputs = Input((4,))
    x = inputs
    for size in sizes:
        x = layers.Dense(size)(x)
    return Model(inputs, x)


def same_dict():
    options = {"activation": "relu"}
    others = options
    others["activation"] = "tanh"
    inputs = Input((4,))
    return Model(inputs, layers.Dense(3, **options)(inputs))


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


def changed_by_a_function():
    options = {"activation": "relu"}
    set_activation(options)
    inputs = Input((4,))
    return Model(inputs, layers.Dense(3, **options)(inputs))


class Builder:
    def __init__(self):
        self.sizes = [4, 5]

    def build(self):
        sizes = self.sizes
        sizes.append(6)
        inputs = Input((4,))
        x = inputs
        for size in self.sizes:
            x = layers.Dense(size)(x)
        return Model(inputs, x)
