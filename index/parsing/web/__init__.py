"""Web pages and e-books in, their text and blocks out."""
