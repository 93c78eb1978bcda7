"""Those that Docent is measured against, and Docent as one of them; ``contest.py`` says how they are run."""
