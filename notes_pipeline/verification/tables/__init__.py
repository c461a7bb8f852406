"""What the rules know about languages: plain tables, each with its source and reason."""
