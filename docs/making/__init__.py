"""What the pages of ``docs/`` are made by: the site, tables and pictures that come from the code itself."""
