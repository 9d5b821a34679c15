"""What a check can look for in a trained network: small claims, read from public configuration.

A claim takes the `Evidence` of one run and returns a `Verdict`. It judges the idea, not the letters.
"""
