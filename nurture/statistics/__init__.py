"""What became of the touches of a sequence version, per step and text. The number of queries does not depend on how
many there are."""
