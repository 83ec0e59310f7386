import keras
from keras import layers

NUM_TAGS = 12
NUM_DEPARTMENTS = 4


def build_ticket_model(vocabulary_size=1000, width=32):
    title = keras.Input(shape=(vocabulary_size,), name="title")
    body = keras.Input(shape=(vocabulary_size,), name="body")
    tags = keras.Input(shape=(NUM_TAGS,), name="tags")

    features = layers.Concatenate()([title, body, tags])
    for _ in range(2):
        features = layers.Dense(width, activation="relu")(features)

    priority = layers.Dense(1, activation="sigmoid", name="priority")(features)
    department = layers.Dense(NUM_DEPARTMENTS, activation="softmax", name="department")(
        features
    )
    return keras.Model(
        inputs={"title": title, "body": body, "tags": tags},
        outputs={"priority": priority, "department": department},
    )


model = build_ticket_model()
