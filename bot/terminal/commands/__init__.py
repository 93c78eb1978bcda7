"""One module a command, listed by ``main``; what is heavy they import when they run: starting is quick."""
