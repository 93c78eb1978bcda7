"""Where an index lies and is searched: vectors, words and texts in, the nearest of them out."""
