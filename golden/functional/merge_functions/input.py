from tensorflow.keras.layers import Dense, Input, add, average, concatenate, maximum
from tensorflow.keras.layers import minimum, multiply, subtract, dot
from tensorflow.keras.models import Model

a = Input((5,))
b = Input((5,))
x = Dense(5)(a)
y = Dense(5)(b)
merged = concatenate(
    [
        add([x, y]),
        subtract([x, y]),
        multiply([x, y]),
        average([x, y]),
        maximum([x, y]),
        minimum([x, y]),
        dot([x, y], axes=1),
    ]
)
model = Model([a, b], Dense(2, activation="softmax")(merged))
