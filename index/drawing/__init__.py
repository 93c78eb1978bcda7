"""A document and a quote of it in, pictures of its pages out, on which exactly the quote is marked."""
