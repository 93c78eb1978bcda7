"""A question in, typed, spoken or overheard; its answer out, and what the buttons below that do."""
