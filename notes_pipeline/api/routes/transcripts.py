"""`/v1/transcripts`."""

from fastapi import APIRouter

router = APIRouter(tags=["transcripts"])
