"""A question in, hits out: passages by meaning and by words, the scores of their units fused."""
