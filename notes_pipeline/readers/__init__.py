"""Readers: bytes to values. Pure; one module for each family of formats.

Guides are read by `readers.guides`, apart: who only reads transcripts does not wait for YAML.
"""

from notes_pipeline.readers.description import DescribedUtterance, Description, describe
from notes_pipeline.readers.reading import read_transcript

__all__ = ["DescribedUtterance", "Description", "describe", "read_transcript"]
