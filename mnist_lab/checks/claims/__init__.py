"""Claims about a training run, judged by public configuration and by what the network computes.

A claim is a function of the `Evidence` of one run, decorated with its text, that raises `NotYet` where it does not
hold. It judges the idea, not the letters.
"""
