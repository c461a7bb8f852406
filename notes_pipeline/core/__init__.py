"""The domain: values and rules, pure. No input or output, no clock, no environment."""
