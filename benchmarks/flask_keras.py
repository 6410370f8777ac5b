"""The plainest server of the kind that the older projects run, for `serve.py` to compare with.

    python benchmarks/flask_keras.py --port 5000 --size-px 75

Flask's own server, a JSON body with the picture as base64, Keras InceptionResNetV2 without its top
and one dense layer. The weights are random, since they change nothing about speed. Prints `ready`
when it answers. Runs under an interpreter with flask and tensorflow, and imports nothing of ours.
"""

import argparse
import base64
import io
import logging
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from flask import Flask, jsonify, request
from PIL import Image


def make_app(size_px: int) -> Flask:
    """Build the network and the one route."""
    family = keras.applications.inception_resnet_v2
    shape = (size_px, size_px, 3)
    base = family.InceptionResNetV2(
        weights=None, include_top=False, input_shape=shape, pooling="avg"
    )
    model = keras.Sequential([base, keras.layers.Dense(2, activation="softmax")])
    model.predict(np.zeros((1, *shape)), verbose=0)
    app = Flask(__name__)

    @app.post("/predict")
    def predict() -> object:
        data = base64.b64decode(request.get_json()["inputs"])
        picture = Image.open(io.BytesIO(data)).convert("RGB").resize((size_px, size_px))
        batch = family.preprocess_input(np.asarray(picture, dtype=np.float32)[None])
        anime, cartoon = model.predict(batch, verbose=0)[0]
        return jsonify(anime=float(anime), cartoon=float(cartoon))

    return app


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--size-px", type=int, default=75)
    arguments = parser.parse_args()
    app = make_app(arguments.size_px)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    print("ready", flush=True)
    app.run(port=arguments.port)


if __name__ == "__main__":
    main()
