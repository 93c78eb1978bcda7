"""The bytes of a file in, its text and how that is built out: a module and a table row for each format."""
