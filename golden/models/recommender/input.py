from tensorflow.keras.layers import Concatenate, Dense, Embedding, Flatten, Input, Multiply
from tensorflow.keras.models import Model


def build_recommender(users, items, size=4, layers=(16, 8)):
    depth = len(layers)  # of the perceptron
    # What is given: numbers of a user and an item
    user = Input(shape=(1,), dtype="int32", name="user")
    item = Input(shape=(1,), dtype="int32", name="item")

    # A table for each of the two ways
    factor_user = Embedding(users, size, name="factor_user")
    factor_item = Embedding(items, size, name="factor_item")
    deep_user = Embedding(users, layers[0] // 2, name="deep_user")
    deep_item = Embedding(items, layers[0] // 2, name="deep_item")

    # The product
    x = Flatten()(factor_user(user))
    y = Flatten()(factor_item(item))
    product = Multiply()([x, y])  # element by element

    # The perceptron
    x = Flatten()(deep_user(user))
    y = Flatten()(deep_item(item))
    deep = Concatenate()([x, y])
    for index in range(1, depth):
        layer = Dense(layers[index], activation="relu", name="layer%d" % index)
        deep = layer(deep)

    # Both together
    both = Concatenate()([product, deep])
    score = Dense(1, activation="sigmoid", name="score")(both)
    return Model(inputs=[user, item], outputs=score)


model = build_recommender(30, 40)
