"""What maintainers run, from the project's root: `python -m tools.build`, and the rest by its name in the same way."""
