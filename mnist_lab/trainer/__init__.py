"""Lesson 08's network outside a notebook: one training loop for one device, several devices, and several workers."""
