"""The tasks of the exercises, a module for each lesson, and one for an appendix: hidden cases, references and hints."""
