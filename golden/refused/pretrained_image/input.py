import numpy as np
from tensorflow.keras.applications.resnet50 import (
    ResNet50,
    decode_predictions,
    preprocess_input,
)
from tensorflow.keras.preprocessing import image

model = ResNet50(weights="imagenet")
for path in ("elephant.jpg", "zebra.jpg"):
    img = image.load_img(path, target_size=(224, 224))
    x = image.img_to_array(img)
    x = np.expand_dims(x, axis=0)
    x = preprocess_input(x)
    preds = model.predict(x)
    # the three likeliest
    print("Predicted:", decode_predictions(preds, top=3)[0])
