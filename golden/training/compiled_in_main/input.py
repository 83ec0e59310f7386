from sklearn.datasets import load_iris
from tensorflow import keras
from tensorflow.keras import layers


def build_model(n_features, n_classes):
    model = keras.Sequential()
    model.add(layers.Dense(16, activation="relu", input_shape=(n_features,)))
    model.add(layers.Dense(n_classes, activation="softmax"))
    return model


def compile_model(model, lr=0.01):
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=lr),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def train_model(model, x, y, epochs=3):
    history = model.fit(x, y, epochs=epochs, batch_size=16, validation_split=0.2)
    return history


def evaluate_model(model, x, y):
    loss, acc = model.evaluate(x, y, verbose=0)
    print("loss", loss, "acc", acc)


def main():
    x, y = load_iris(return_X_y=True)
    model = build_model(4, 3)
    model = compile_model(model)
    history = train_model(model, x, y)
    evaluate_model(model, x, y)
    print(history.history["val_loss"])


if __name__ == "__main__":
    main()
