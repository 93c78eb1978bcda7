"""The front end for Telegram; ``run.serve`` starts it, ``handlers.register`` says which update goes where."""
