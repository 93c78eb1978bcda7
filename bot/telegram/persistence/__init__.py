"""What the bot keeps between runs: facts in, rows of one SQLite file; after a restart, the facts again."""
