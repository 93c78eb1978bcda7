"""Hits in, answers out: quoting, citing, abstaining, and the front ends."""
