"""What a lesson's check looks for, and how it judges a learner's network."""
