"""Damaged files of every format in, findings out: whatever a parser does but read them or refuse them."""
