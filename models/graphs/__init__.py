"""Computation graphs (ONNX): one contract, whoever runs them."""
