"""What of the API is to go, and when."""

from datetime import date

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from notes_pipeline.api.around import Around
from notes_pipeline.api.deprecation import Leaving

LEAVING = Leaving(date(2027, 1, 31), date(2027, 12, 31), "https://notes.example/docs/v2")


def test_answers_of_a_route_that_is_to_go_say_so() -> None:
    app = FastAPI()
    app.add_middleware(Around, leaving={("GET", "/old/{number}"): LEAVING})

    @app.get("/old/{number}")
    def old(number: int) -> int:
        return number

    @app.post("/old/{number}")
    def stays(number: int) -> int:
        return number

    client = TestClient(app)
    leaves, other = client.get("/old/7"), client.post("/old/7")
    assert leaves.headers["deprecation"] == "@1801353600"
    assert leaves.headers["sunset"] == "Fri, 31 Dec 2027 23:59:59 GMT"
    assert leaves.headers["link"] == '<https://notes.example/docs/v2>; rel="successor-version"'
    assert "deprecation" not in other.headers
    assert "sunset" not in other.headers


def test_nothing_leaves_without_half_a_year_of_notice() -> None:
    with pytest.raises(ValueError, match="180 days"):
        Leaving(date(2027, 1, 31), date(2027, 3, 31), "https://notes.example")
