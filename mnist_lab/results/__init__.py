"""Measured results over seeds: the stored numbers and the only module that reads and writes them."""
