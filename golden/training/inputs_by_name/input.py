import numpy as np
from sklearn.datasets import load_diabetes
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Concatenate, Dense

data, progression = load_diabetes(return_X_y=True)
body, blood = data[:, :4], data[:, 4:]
level = (progression - progression.mean()) / progression.std()
high = (progression > 200).astype("float32")

body_input = Input(shape=(4,), name="body")
blood_input = Input(shape=(6,), name="blood")
x = Concatenate()([Dense(8, activation="tanh")(body_input), blood_input])
x = Dense(8, activation="tanh")(x)
amount = Dense(1, name="amount")(x)
chance = Dense(1, activation="sigmoid", name="chance")(x)
model = Model(inputs=[body_input, blood_input], outputs=[amount, chance])

model.compile(
    optimizer="sgd", loss=["mse", "binary_crossentropy"], loss_weights=[1.0, 0.5]
)
# inputs by their names
history = model.fit(
    {"blood": blood, "body": body},
    [level, high],
    epochs=3,
    batch_size=50,
    validation_split=0.2,
)
print(min(history.history["val_loss"]))
total, *parts = model.evaluate([body, blood], [level, high])
amounts, chances = model.predict({"body": body[:5], "blood": blood[:5]})
print(np.round(amounts, 2), np.round(chances, 2))
