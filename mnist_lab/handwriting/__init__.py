"""Drawings: prepared as MNIST's digits were, and a hundred samples of them."""
