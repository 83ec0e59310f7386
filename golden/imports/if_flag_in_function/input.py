USE_TF = True

if USE_TF:
    import tensorflow as tf
    from tensorflow.keras import layers as KL
    from tensorflow.keras import models as KM
else:
    import keras.layers as KL
    import keras.models as KM


def build(units=(8, 4)):
    x = inputs = KL.Input((5,))
    for n in units:
        x = KL.Dense(n, activation="relu")(x)
    return KM.Model(inputs, KL.Dense(1)(x))


model = build()
