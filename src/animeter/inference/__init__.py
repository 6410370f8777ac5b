"""Bundles, the ONNX Runtime session and the classifier built on them."""
