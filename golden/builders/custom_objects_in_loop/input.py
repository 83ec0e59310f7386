from tensorflow.keras import layers, models, utils


def shifted(x):
    return x + 1.0


def swish(x):
    return x * 2.0


# strings that models may name
utils.get_custom_objects()["shifted"] = shifted
utils.get_custom_objects()["swish"] = swish


def build(widths=(8, 4), steep=True):
    model = models.Sequential()
    model.add(layers.Input((6,)))
    for width in widths:
        model.add(layers.Dense(width, activation="shifted"))
    if steep:
        model.add(layers.Activation("swish"))
    model.add(layers.Dense(2, activation="swish"))
    return model
