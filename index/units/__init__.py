"""A document in, what can be found and quoted of it out: passages, and units each with its context."""
