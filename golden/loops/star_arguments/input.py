from tensorflow.keras import Input, Model, layers

BRANCHES = [(4, 2, 3, 5), (6, 3, 4, 3)]


def branches(x, narrow, reduced, wide, size, dropout=0.0):
    a = layers.Conv2D(narrow, 1, activation="relu")(x)
    b = layers.Conv2D(reduced, 1, activation="relu")(x)
    b = layers.Conv2D(wide, size, padding="same", activation="relu")(b)
    return layers.Dropout(dropout)(layers.concatenate([a, b]))


def build(last=True):
    inputs = Input((10, 10, 3))
    x = inputs
    for branch in BRANCHES:
        x = branches(x, *branch)
    for filters in [(8, 3), (4, 1)]:
        x = layers.Conv2D(*filters, padding="same")(x)
    for kind in [(2, 3), (4, 3)]:
        if last:
            x = layers.Conv2D(kind[0], kind[1], activation="relu")(x)
    return Model(inputs, layers.Flatten()(x))
