"""Evidence-grounded interview notes. The words used throughout are defined in README.md, "The words"."""
