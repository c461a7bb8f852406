"""`/v1/webhooks`."""

from fastapi import APIRouter

router = APIRouter(tags=["webhooks"])
