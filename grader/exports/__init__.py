"""Results in the formats of others. One format per file; each knows the model only."""
