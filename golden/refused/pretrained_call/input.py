from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.applications import EfficientNetB0, mobilenet_v2, resnet50


def build_model(image_size=160, classes=3, fine_tune=False):
    """Transfer learning as in the guide: the base stays in inference mode."""
    base = mobilenet_v2.MobileNetV2(include_top=False, input_shape=(image_size, image_size, 3))
    if not fine_tune:
        base.trainable = False
    inputs = keras.Input(shape=(image_size, image_size, 3))
    x = mobilenet_v2.preprocess_input(inputs)
    x = base(x, training=False)
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Dense(classes)(x)
    return keras.Model(inputs, outputs)


def build_siamese():
    # one base for both images
    encoder = resnet50.ResNet50(include_top=False, weights=None, pooling="avg")
    left = keras.Input((96, 96, 3))
    right = keras.Input((96, 96, 3))
    features = layers.Concatenate()(
        [encoder(resnet50.preprocess_input(left)), encoder(resnet50.preprocess_input(right))]
    )
    return keras.Model([left, right], layers.Dense(1, activation="sigmoid")(features))


def build_regressor(trainable):
    base = EfficientNetB0(include_top=False, pooling="max", input_shape=(224, 224, 3))
    base.trainable = trainable
    age = layers.Dense(1, name="age")(base.output)
    sex = layers.Dense(2, name="sex", activation="softmax")(base.output)
    return keras.Model(inputs=base.input, outputs=[age, sex])
