"""The signatures of the Standard Webhooks, from both sides."""

import base64
import hashlib
import hmac

import pytest

from notes_pipeline.webhooks.signing import InvalidSignatureError, WebhookSecretError, new_secret, sign, verify

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
OTHER_SECRET = "whsec_" + base64.b64encode(bytes(range(100, 132))).decode()
BODY = '{"type":"run.finished","data":{"respondent":"Zoë Quillfeather"}}'.encode()
MESSAGE_ID = "msg_0001"
NOW_S = 1_790_000_000


def signed(**changes: str) -> dict[str, str]:
    return sign(BODY, message_id=MESSAGE_ID, timestamp_s=NOW_S, secrets=[SECRET]) | changes


def signature_by_hand(key: bytes, content: bytes) -> str:
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def test_a_signature_is_the_hmac_of_id_timestamp_and_body() -> None:
    content = b"msg_0001.1790000000." + BODY
    assert signed() == {
        "webhook-id": "msg_0001",
        "webhook-timestamp": "1790000000",
        "webhook-signature": signature_by_hand(KEY, content),
    }


def test_the_vector_of_the_standards_own_libraries_comes_out() -> None:
    headers = sign(
        b'{"test": 2432232314}',
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp_s=1614265330,
        secrets=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_new_secrets_sign_and_are_never_the_same() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    for secret in made:
        assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
        headers = sign(BODY, message_id=MESSAGE_ID, timestamp_s=NOW_S, secrets=[secret])
        verify(BODY, headers, secrets=[secret], now_s=NOW_S)
        with pytest.raises(InvalidSignatureError):
            verify(BODY, headers, secrets=[SECRET], now_s=NOW_S)


def test_while_a_secret_is_replaced_a_receiver_with_either_takes_the_message() -> None:
    headers = sign(BODY, message_id=MESSAGE_ID, timestamp_s=NOW_S, secrets=[OTHER_SECRET, SECRET])
    assert len(headers["webhook-signature"].split(" ")) == 2
    verify(BODY, headers, secrets=[SECRET], now_s=NOW_S)
    verify(BODY, headers, secrets=[OTHER_SECRET], now_s=NOW_S)
    with pytest.raises(InvalidSignatureError):
        verify(BODY, headers, secrets=[new_secret()], now_s=NOW_S)


def test_a_receiver_with_two_secrets_takes_what_either_signed() -> None:
    verify(BODY, signed(), secrets=[OTHER_SECRET, SECRET], now_s=NOW_S)
    verify(BODY, signed(), secrets=[SECRET, OTHER_SECRET], now_s=NOW_S)


def test_header_names_are_taken_in_any_case_and_other_schemes_passed_over() -> None:
    headers = {name.title(): value for name, value in signed().items()}
    headers["Webhook-Signature"] = f"v1a,c2lnbmF0dXJl v2,x {headers['Webhook-Signature']} v1,"
    verify(BODY, headers, secrets=[SECRET], now_s=NOW_S)


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        pytest.param(BODY.replace(b"finished", b"finishes"), {}, id="another body"),
        pytest.param(BODY + b"\n", {}, id="a line break at the end"),
        pytest.param(b"", {}, id="no body"),
        pytest.param(BODY, {"webhook-id": "msg_0002"}, id="another id"),
        pytest.param(BODY, {"webhook-timestamp": str(NOW_S + 1)}, id="another second"),
        pytest.param(BODY, {"webhook-timestamp": f"0{NOW_S}"}, id="the same second, written otherwise"),
    ],
)
def test_what_was_changed_on_the_way_is_not_taken(body: bytes, changes: dict[str, str]) -> None:
    with pytest.raises(InvalidSignatureError, match="No signature"):
        verify(body, signed(**changes), secrets=[SECRET], now_s=NOW_S)


@pytest.mark.parametrize("off_by_s", [-300, -299.5, 0, 299.5, 300])
def test_a_message_of_the_last_five_minutes_is_taken(off_by_s: float) -> None:
    verify(BODY, signed(), secrets=[SECRET], now_s=NOW_S + off_by_s)


@pytest.mark.parametrize("off_by_s", [-86_400, -300.5, 300.5, 86_400])
def test_an_old_message_and_one_of_the_future_are_not_taken(off_by_s: float) -> None:
    with pytest.raises(InvalidSignatureError, match="clocks"):
        verify(BODY, signed(), secrets=[SECRET], now_s=NOW_S + off_by_s)


def test_who_did_not_sign_is_not_told_that_it_came_too_late() -> None:
    with pytest.raises(InvalidSignatureError, match="No signature"):
        verify(BODY, signed(), secrets=[OTHER_SECRET], now_s=NOW_S + 86_400)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"webhook-id": ""}, id="no id"),
        pytest.param({"webhook-id": "msg.0001"}, id="an id with a full stop"),
        pytest.param({"webhook-id": "msg_0001\n"}, id="an id with a line break"),
        pytest.param({"webhook-timestamp": ""}, id="no timestamp"),
        pytest.param({"webhook-timestamp": "yesterday"}, id="a timestamp in words"),
        pytest.param({"webhook-timestamp": f"{NOW_S}.0"}, id="a timestamp with a fraction"),
        pytest.param({"webhook-timestamp": f"-{NOW_S}"}, id="a timestamp before 1970"),
        pytest.param({"webhook-timestamp": "9" * 400}, id="a timestamp of 400 digits"),
        pytest.param({"webhook-timestamp": "١٧٩٠٠٠٠٠٠٠"}, id="a timestamp in other digits"),
        pytest.param({"webhook-signature": ""}, id="no signature"),
        pytest.param({"webhook-signature": "v2,c2lnbmF0dXJl"}, id="only another scheme"),
        pytest.param({"webhook-signature": signature_by_hand(KEY, b"x")[3:]}, id="no scheme"),
    ],
)
def test_malformed_headers_are_told_as_such(changes: dict[str, str]) -> None:
    with pytest.raises(InvalidSignatureError, match="missing or malformed"):
        verify(BODY, signed(**changes), secrets=[SECRET], now_s=NOW_S)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_told_as_such(name: str) -> None:
    headers = signed()
    del headers[name]
    with pytest.raises(InvalidSignatureError, match="missing or malformed"):
        verify(BODY, headers, secrets=[SECRET], now_s=NOW_S)


@pytest.mark.parametrize("signature", ["v1,", "v1,\udcff", "v1,Zoë", "v1,===="])
def test_a_signature_that_is_no_base64_does_not_fit(signature: str) -> None:
    with pytest.raises(InvalidSignatureError, match="No signature"):
        verify(BODY, signed(**{"webhook-signature": signature}), secrets=[SECRET], now_s=NOW_S)


def test_nobody_can_sign_for_a_receiver_without_secrets() -> None:
    with pytest.raises(InvalidSignatureError, match="No signature"):
        verify(BODY, signed(), secrets=[], now_s=NOW_S)


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param("", id="nothing"),
        pytest.param("whsec_", id="no key"),
        pytest.param(SECRET.removeprefix("whsec_"), id="no mark"),
        pytest.param("whsec_" + base64.b64encode(bytes(23)).decode(), id="23 bytes"),
        pytest.param("whsec_" + base64.b64encode(bytes(65)).decode(), id="65 bytes"),
        pytest.param(SECRET + "\n", id="a line break"),
        pytest.param(SECRET.replace("whsec_", "whsec_!"), id="no base64"),
        pytest.param("whsec_" + "é" * 40, id="not ASCII"),
    ],
)
def test_a_malformed_secret_is_refused_without_showing_it(secret: str) -> None:
    for use in (
        lambda: sign(BODY, message_id=MESSAGE_ID, timestamp_s=NOW_S, secrets=[SECRET, secret]),
        lambda: verify(BODY, signed(), secrets=[SECRET, secret], now_s=NOW_S),
    ):
        with pytest.raises(WebhookSecretError) as caught:
            use()
        assert len(secret) < 10 or secret[6:20] not in str(caught.value)
        assert caught.value.__context__ is None


@pytest.mark.parametrize("key_bytes", [24, 64])
def test_secrets_of_other_lengths_that_the_standard_allows_sign(key_bytes: int) -> None:
    key = bytes(key_bytes)
    headers = sign(b"{}", message_id="m", timestamp_s=1, secrets=["whsec_" + base64.b64encode(key).decode()])
    assert headers["webhook-signature"] == signature_by_hand(key, b"m.1.{}")


@pytest.mark.parametrize(
    ("message_id", "timestamp_s", "secrets"),
    [
        pytest.param("msg.0001", NOW_S, [SECRET], id="a full stop, which joins"),
        pytest.param("", NOW_S, [SECRET], id="no id"),
        pytest.param("msg\r\nx-evil: 1", NOW_S, [SECRET], id="a header inside"),
        pytest.param(MESSAGE_ID, -1, [SECRET], id="before 1970"),
        pytest.param(MESSAGE_ID, NOW_S, [], id="no secret"),
    ],
)
def test_what_cannot_be_signed_is_refused(message_id: str, timestamp_s: int, secrets: list[str]) -> None:
    with pytest.raises(ValueError, match="sign"):
        sign(BODY, message_id=message_id, timestamp_s=timestamp_s, secrets=secrets)
