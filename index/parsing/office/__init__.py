"""Files of office programs in, their text and blocks out."""
