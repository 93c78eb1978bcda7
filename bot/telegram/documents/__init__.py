"""Changes of the documents in: files sent, asked away, gone or edited; a new index out, and word of it."""
