"""What is written and told: files, diffs, reports, the catalog of what is supported."""
