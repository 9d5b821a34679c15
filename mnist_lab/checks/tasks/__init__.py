"""The tasks of the exercises, a module for each lesson: hidden cases, references and hints."""
