"""The checks: what each lesson's check looks for, and how it judges a learner's network."""
