from sklearn.datasets import load_iris
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import SGD


def create_model(learning_rate, hidden=12):
    model = Sequential()
    model.add(Dense(hidden, activation="relu", input_shape=(4,)))
    model.add(Dense(3, activation="softmax"))
    optimizer = SGD(learning_rate=learning_rate, momentum=0.9)
    # integer labels
    model.compile(
        loss="sparse_categorical_crossentropy",
        optimizer=optimizer,
        metrics=["accuracy"],
    )
    return model


iris = load_iris()
order = [i * 7 % 150 for i in range(150)]
X, y = iris.data[order], iris.target[order]

model = create_model(0.02)
model.summary()
history = model.fit(X, y, validation_split=0.3, epochs=5, batch_size=10, verbose=0)
print(history.history["val_accuracy"])
accuracy = model.evaluate(X, y, verbose=0)[1]
