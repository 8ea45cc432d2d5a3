"""Evaluation: how well the models do on recordings and pictures with references."""
