"""The front end for Telegram; ``run.serve`` starts it."""
