"""``docent eval``: question files in, figures on the quality of answers out."""
