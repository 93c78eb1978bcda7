"""Who may ask, and about which folders: updates, requests and decisions in, access or a refusal out."""
