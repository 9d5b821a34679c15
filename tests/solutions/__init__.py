"""Solutions of the exercises: a module for each lesson's network, and one for the fillings of its tasks."""


def function(signature, *lines):
    """Return the source of a function with these lines, or texts of several lines, as its body."""
    return f"def {signature}:\n" + "".join(f"    {line}\n" for text in lines for line in text.strip("\n").split("\n"))
