"""Hits in, an answer out: what is asked for, what answers it and how surely, and what of it is quoted."""
