"""Lesson 08's network outside a notebook: one training loop for one processor, several, and several workers."""
