from tensorflow.keras import Input, Model, layers


def build(window=20, features=3, hidden=(8, 6)):
    series = Input((window, features))
    x = series
    for i, units in enumerate(hidden):
        x = layers.LSTM(units, return_sequences=i < len(hidden) - 1)(x)
    c = layers.Conv1D(16, 3, padding="causal", activation="relu")(series)
    c = layers.GlobalMaxPooling1D()(c)
    return Model(series, layers.Dense(1)(layers.concatenate([x, c])))


model = build()
