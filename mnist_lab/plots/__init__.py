"""Figures of data: live training curves, digits with their predictions, evaluations; one style for all of them."""
