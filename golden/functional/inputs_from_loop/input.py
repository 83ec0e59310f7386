from tensorflow.keras.layers import Dense, Embedding, Flatten, Input, Reshape, concatenate
from tensorflow.keras.models import Model


def build_embeddings(columns=("city", "month"), sizes={"city": 9, "month": 12}):
    """One embedding for each column."""
    inputs = []
    embedded = []
    for column in columns:
        width = min(5, (sizes[column] + 1) // 2)
        one = Input(shape=(1,), name=column)
        x = Embedding(sizes[column], width)(one)
        x = Reshape((width,))(x)
        inputs.append(one)
        embedded.append(x)
    x = concatenate(embedded)
    x = Dense(10, activation="relu")(x)
    return Model(inputs, Dense(1, activation="sigmoid")(x))


vectors, merged = [], []
for size in [3, 4, 5]:
    vector = Input((size,))
    vectors.append(vector)
    merged.append(Dense(6)(vector))
model = Model(vectors, Dense(2)(concatenate(merged)))
