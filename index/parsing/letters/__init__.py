"""Mail in, letters and their attachments out."""
