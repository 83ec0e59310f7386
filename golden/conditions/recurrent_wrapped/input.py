from tensorflow.keras import Input, Model, layers


def encoder(bidirectional=True, n=8):
    inputs = Input((12, 4))
    rnn = layers.GRU(n)  # one direction
    if bidirectional:
        rnn = layers.Bidirectional(rnn)
    return Model(inputs, layers.Dense(3)(rnn(inputs)))


def plain_or_wide(wide=False, n=8):
    inputs = Input((12,))
    hidden = layers.Dense(n, activation="relu")
    if wide:
        hidden = layers.Dense(4 * n)
    return Model(inputs, layers.Dense(3)(hidden(inputs)))


both = encoder()
one = encoder(bidirectional=False, n=5)
narrow = plain_or_wide()
wide = plain_or_wide(True)
