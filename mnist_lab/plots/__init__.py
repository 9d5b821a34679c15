"""Figures of data: live training curves, digits with their predictions, evaluations; all in one style."""
