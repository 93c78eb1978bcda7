"""The reader: a question and a passage in, out where the answer stands, and whether it does."""
