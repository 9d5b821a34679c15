"""What was measured over seeds: the stored figures, their only reader and writer."""
