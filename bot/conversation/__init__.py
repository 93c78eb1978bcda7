"""A conversation in, a question out that can be understood without it; rules and lists of English words."""
