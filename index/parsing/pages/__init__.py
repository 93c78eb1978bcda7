"""Pages with words in places in, a text with blocks out: what PDFs and scans share, in the order of work.

``pieces`` and ``drawings`` read a page of a PDF; ``margins`` leaves running headers out; ``grids``,
``groups``, ``tables`` and ``columns`` find tables and columns; ``paragraphs`` and ``headings`` say what lines
are; ``words`` puts hyphenated words together, and ``compose`` the text. ``document`` runs all of it.
"""
