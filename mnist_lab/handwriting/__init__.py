"""Prepare drawings as MNIST's makers prepared theirs; a hundred sample drawings."""
