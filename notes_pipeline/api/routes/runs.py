"""`/v1/runs`."""

from fastapi import APIRouter

router = APIRouter(tags=["runs"])
