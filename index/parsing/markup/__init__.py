"""Markup for documentation in, its text and blocks out."""
