"""The `mnist-lab` command: a module for each subcommand, and the notebook runner that they share."""
