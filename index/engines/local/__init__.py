"""An index in a folder of this machine: vectors by FAISS, words by tantivy, texts in SQLite."""
