"""Trained networks on new images: predictions, models in the layout of the Hugging Face hub, ONNX."""
