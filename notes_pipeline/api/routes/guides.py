"""`/v1/guides`."""

from fastapi import APIRouter

router = APIRouter(tags=["guides"])
