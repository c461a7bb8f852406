"""Sending to servers of customers over real sockets: what is delivered, what is refused, and what ends it."""

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from itertools import chain, repeat
from pathlib import Path
from threading import Event, Thread

import httpcore2
import pytest

from notes_pipeline.core.webhooks import Outcome
from notes_pipeline.webhooks.addresses import Address
from notes_pipeline.webhooks.connections import MOST_BYTES_READ, Connect, Resolve, connect, resolve
from notes_pipeline.webhooks.sending import Delivery, Sender
from notes_pipeline.webhooks.signing import new_secret, sign, verify

NAME = "hooks.example.com"
PUBLIC = ip_address("8.8.8.8")
LOOPBACK = ip_address("127.0.0.1")
OTHER_LOOPBACK = ip_address("127.0.0.2")
BODY = b'{"type":"run.finished"}'
SYSTEM_TRUST = httpcore2.default_ssl_context()  # what a sender takes by itself, loaded once: it takes 60 ms
OK = b"HTTP/1.1 204 No Content\r\n\r\n"

Answer = Callable[[socket.socket], object]


class Server:
    """One of a customer's: takes connections one by one, keeps the requests, and answers as told."""

    def __init__(self, answer: Answer, *, host: str, port: int, tls: ssl.SSLContext | None, reads: bool) -> None:
        self.requests: list[bytes] = []
        self.names_asked_for: list[str | None] = []
        self._answer = answer
        self._tls = tls
        self._reads = reads
        self._stopped = Event()
        self._listening = socket.create_server((host, port))
        self._listening.settimeout(0.02)
        self.port: int = self._listening.getsockname()[1]
        if tls is not None:
            tls.sni_callback = self._note_name
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        self._listening.close()

    def _note_name(self, _tls: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        self.names_asked_for.append(name)

    def _serve(self) -> None:
        while not self._stopped.is_set():
            with suppress(OSError):
                connected, _ = self._listening.accept()
                with connected:
                    self._serve_one(connected)

    def _serve_one(self, connected: socket.socket) -> None:
        connected.settimeout(2)
        if self._tls is not None:
            with self._tls.wrap_socket(connected, server_side=True) as over_tls:
                self.requests.append(_request_of(over_tls))
                self._answer(over_tls)
            return
        if self._reads:
            self.requests.append(_request_of(connected))
        self._answer(connected)


def _request_of(connected: socket.socket) -> bytes:
    taken = b""
    while not taken.endswith(BODY):
        part = connected.recv(65_536)
        if not part:
            break
        taken += part
    return taken


@contextmanager
def serving(
    answer: Answer | bytes,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
    reads: bool = True,
) -> Iterator[Server]:
    answering = (lambda connected: connected.sendall(answer)) if isinstance(answer, bytes) else answer
    server = Server(answering, host=host, port=port, tls=tls, reads=reads)
    try:
        yield server
    finally:
        server.stop()


def dripping(start: bytes, drop: bytes) -> Answer:
    """Send `start`, then `drop` every 20 ms for as long as the other side is there."""

    def answer(connected: socket.socket) -> None:
        connected.sendall(start)
        for _ in range(200):
            connected.sendall(drop)
            time.sleep(0.02)

    return answer


def pouring(start: bytes, part: bytes) -> Answer:
    """Send `start`, then `part` without a pause for as long as the other side is there."""

    def answer(connected: socket.socket) -> None:
        connected.sendall(start)
        while True:
            connected.sendall(part)

    return answer


class Resolver:
    """Answers each call with the next of its answers, the last for ever; keeps what it was asked."""

    def __init__(self, *answers: Sequence[Address]) -> None:
        self.asked: list[str] = []
        self._answers = chain(answers, repeat(answers[-1]))

    def __call__(self, name: str) -> Sequence[Address]:
        self.asked.append(name)
        return next(self._answers)


class CountingSocket(socket.socket):
    bytes_taken = 0

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        data = super().recv(bufsize, flags)
        self.bytes_taken += len(data)
        return data


class Network:
    """Has one server behind every address; keeps which addresses were dialled."""

    def __init__(self, port: int) -> None:
        self.dialled: list[Address] = []
        self.sockets: list[CountingSocket] = []
        self._port = port

    def __call__(self, address: Address, port: int, timeout_s: float) -> socket.socket:
        self.dialled.append(address)
        dialled = CountingSocket(socket.AF_INET, socket.SOCK_STREAM)
        dialled.settimeout(timeout_s)
        dialled.connect(("127.0.0.1", self._port))
        self.sockets.append(dialled)
        return dialled


def unused_network(address: Address, port: int, timeout_s: float) -> socket.socket:
    raise AssertionError(f"{address} was dialled")


def make_sender(
    *,
    allow_private: bool,
    resolve: Resolve,
    connect: Connect = connect,
    deadline_s: float = 5,
    trust: ssl.SSLContext = SYSTEM_TRUST,
) -> Sender:
    return Sender(allow_private=allow_private, resolve=resolve, connect=connect, deadline_s=deadline_s, trust=trust)


def post(server: Server, *, path: str = "/notes", deadline_s: float = 5, body: bytes = BODY) -> Delivery:
    sender = make_sender(allow_private=True, resolve=Resolver([LOOPBACK]), deadline_s=deadline_s)
    return sender.post(f"http://{NAME}:{server.port}{path}", body, {"content-type": "application/json"})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate with its key, self-signed, for NAME and 127.0.0.1."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the program openssl, to make a certificate")
    file = tmp_path_factory.mktemp("certificate") / "both.pem"
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1"]
    made = [openssl, "req", "-x509", *key, *names, "-days", "2", "-keyout", f"{file}.key", "-out", f"{file}.crt"]
    subprocess.run(made, check=True, capture_output=True)
    file.write_text(Path(f"{file}.key").read_text() + Path(f"{file}.crt").read_text())
    return file


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trust(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=f"{certificate}.crt")


def test_a_signed_message_arrives_as_it_was_signed() -> None:
    secret = new_secret()
    headers = sign(BODY, message_id="msg_1", timestamp_s=1_790_000_000, secrets=[secret])
    with serving(OK) as server:
        sender = make_sender(allow_private=True, resolve=Resolver([LOOPBACK]))
        delivery = sender.post(f"http://{NAME}:{server.port}/a?b=c", BODY, headers)
    assert (delivery.outcome, delivery.status, delivery.reason) == (Outcome.DELIVERED, 204, None)
    assert delivery.is_delivered
    assert 0 < delivery.took_s < 5
    (request,) = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    line, *lines = head.decode().split("\r\n")
    got = {name.lower(): value for name, _, value in (header.partition(": ") for header in lines)}
    assert line == "POST /a?b=c HTTP/1.1"
    assert (got["host"], got["content-length"], got["connection"]) == (f"{NAME}:{server.port}", "23", "close")
    verify(body, got, secrets=[secret], now_s=1_790_000_000)


@pytest.mark.parametrize("status", [200, 201, 202, 299])
def test_every_2xx_is_delivered(status: int) -> None:
    with serving(b"HTTP/1.1 %d Fine\r\nContent-Length: 2\r\n\r\nok" % status) as server:
        assert post(server).is_delivered


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
def test_a_redirect_is_not_followed_and_told_as_such(status: int) -> None:
    with serving(OK) as inside:
        head = f"HTTP/1.1 {status} Elsewhere\r\nLocation: http://127.0.0.1:{inside.port}/\r\nContent-Length: 0\r\n\r\n"
        with serving(head.encode()) as server:
            delivery = post(server)
    assert (delivery.outcome, delivery.status) == (Outcome.REDIRECTED, status)
    assert f"answered {status}, a redirect, which is not followed" in str(delivery.reason)
    assert not delivery.is_delivered
    assert len(server.requests) == 1
    assert inside.requests == []


def test_of_an_answer_only_its_first_printable_characters_are_shown() -> None:
    text = b"\x1b[31m<b>No\r\n\x00 room \xc3\xa9\xff" + b"x" * 1_000
    with serving(b"HTTP/1.1 507 Full\r\nConnection: close\r\n\r\n" + text) as server:
        delivery = post(server)
    assert (delivery.outcome, delivery.status) == (Outcome.REJECTED, 507)
    shown = str(delivery.reason).removeprefix("answered 507: ")
    assert shown.startswith(r"\x1b[31m<b>No\r\n\x00 room \xe9\ufffdxxx")
    assert len(shown) == 200
    assert shown.isascii()
    assert shown.isprintable()


@pytest.mark.parametrize(
    "addresses",
    [
        pytest.param([PUBLIC, LOOPBACK], id="public first"),
        pytest.param([LOOPBACK, PUBLIC], id="private first"),
        pytest.param([PUBLIC] * 20 + [ip_address("169.254.169.254")], id="metadata after many"),
        pytest.param([ip_address("10.0.0.5")], id="private"),
        pytest.param([ip_address("::1")], id="IPv6 loopback"),
        pytest.param([PUBLIC, ip_address("fe80::1%2")], id="a link-local one with its zone"),
        pytest.param([ip_address("::ffff:10.0.0.5")], id="IPv4-mapped"),
        pytest.param([ip_address("64:ff9b::a00:5")], id="NAT64"),
        pytest.param([ip_address("::")], id="unspecified"),
    ],
)
def test_a_name_with_any_private_address_is_refused_before_anything_is_dialled(addresses: list[Address]) -> None:
    sender = make_sender(allow_private=False, resolve=Resolver(addresses), connect=unused_network)
    delivery = sender.post(f"https://{NAME}/", BODY, {})
    assert (delivery.outcome, delivery.status) == (Outcome.NOT_ALLOWED, None)
    assert str(delivery.reason).startswith(f"{NAME} leads to ")
    assert not any(str(address) in str(delivery.reason) for address in addresses)


def test_private_addresses_of_a_name_are_called_where_allowed_but_the_metadata_service_never() -> None:
    resolver = Resolver([LOOPBACK, ip_address("169.254.169.254")])
    delivery = make_sender(allow_private=True, resolve=resolver, connect=unused_network).post(
        f"http://{NAME}/", BODY, {}
    )
    assert delivery.outcome is Outcome.NOT_ALLOWED
    assert "metadata" in str(delivery.reason)


def test_a_name_that_turns_private_after_the_check_changes_nothing(tls: ssl.SSLContext, trust: ssl.SSLContext) -> None:
    with serving(OK, tls=tls) as server:
        resolver, network = Resolver([PUBLIC], [LOOPBACK]), Network(server.port)
        sender = make_sender(allow_private=False, resolve=resolver, connect=network, trust=trust)
        delivery = sender.post(f"https://{NAME}/", BODY, {})
        assert delivery.is_delivered, delivery
        assert network.dialled == [PUBLIC]
        assert resolver.asked == [NAME]
        again = sender.post(f"https://{NAME}/", BODY, {})
    assert again.outcome is Outcome.NOT_ALLOWED
    assert network.dialled == [PUBLIC]
    assert len(server.requests) == 1


def test_the_checked_address_itself_is_dialled_and_no_name_is_resolved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    ask = socket.getaddrinfo

    def keeping(host: str, *args: int, **options: int) -> object:
        asked.append(host)
        return ask(host, *args, **options)

    with serving(OK) as checked, serving(OK, host="127.0.0.2", port=checked.port) as other:
        monkeypatch.setattr(socket, "getaddrinfo", keeping)
        resolver = Resolver([OTHER_LOOPBACK], [LOOPBACK])
        sender = make_sender(allow_private=True, resolve=resolver)
        delivery = sender.post(f"http://{NAME}:{checked.port}/", BODY, {})
    assert delivery.is_delivered
    assert (len(checked.requests), len(other.requests)) == (0, 1)
    assert resolver.asked == [NAME]
    assert asked == ["127.0.0.2"]


def test_an_address_in_the_url_is_dialled_without_a_resolver() -> None:
    with serving(OK) as server:
        resolver = Resolver([OTHER_LOOPBACK])
        delivery = make_sender(allow_private=True, resolve=resolver).post(f"http://127.0.0.1:{server.port}/", BODY, {})
    assert delivery.is_delivered
    assert resolver.asked == []
    assert f"Host: 127.0.0.1:{server.port}\r\n".encode() in server.requests[0]


@pytest.mark.parametrize("url", ["http://hooks.example.com/", "https://127.1/", "https://localhost/", "nonsense"])
def test_a_url_that_may_not_be_called_is_refused_before_anyone_is_asked(url: str) -> None:
    resolver = Resolver([PUBLIC])
    delivery = make_sender(allow_private=False, resolve=resolver, connect=unused_network).post(url, BODY, {})
    assert delivery.outcome is Outcome.NOT_ALLOWED
    assert resolver.asked == []


@pytest.mark.parametrize("error", [socket.gaierror(socket.EAI_NONAME, "unknown"), UnicodeError("label too long"), None])
def test_a_name_without_an_address_is_told_as_such(error: Exception | None) -> None:
    def resolving(name: str) -> Sequence[Address]:
        if error is not None:
            raise error
        return []

    delivery = make_sender(allow_private=False, resolve=resolving, connect=unused_network).post(
        f"https://{NAME}/", BODY, {}
    )
    assert (delivery.outcome, delivery.reason) == (Outcome.NOT_FOUND, "the name of the host has no address")


def test_the_systems_resolver_gives_addresses() -> None:
    assert LOOPBACK in resolve("localhost")
    with pytest.raises(socket.gaierror):
        resolve("no-such-name.invalid")


@pytest.mark.parametrize(
    ("answer", "outcome", "status"),
    [
        pytest.param(dripping(b"", b"H"), Outcome.TIMED_OUT, None, id="no HTTP"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nx-slow: ", b"x"), Outcome.TIMED_OUT, None, id="headers"),
        pytest.param(dripping(b"", b"HTTP/1.1 102 Wait\r\n\r\n"), Outcome.TIMED_OUT, None, id="not yet, for ever"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x"), Outcome.DELIVERED, 200, id="body of a success"),
        pytest.param(dripping(b"HTTP/1.1 500 No\r\n\r\n", b"x"), Outcome.REJECTED, 500, id="body of a failure"),
        pytest.param(lambda connected: connected.recv(1), Outcome.TIMED_OUT, None, id="nothing"),
    ],
)
def test_a_slow_answer_is_ended_by_the_deadline(answer: Answer, outcome: Outcome, status: int | None) -> None:
    with serving(answer) as server:
        delivery = post(server, deadline_s=0.3)
        assert (delivery.outcome, delivery.status) == (outcome, status)
        assert delivery.took_s < 1.5
        assert len(server.requests) == 1


def test_a_server_that_does_not_read_is_ended_by_the_deadline() -> None:
    done = Event()
    with serving(lambda connected: done.wait(5), reads=False) as server:
        delivery = post(server, deadline_s=0.3, body=bytes(20_000_000))
        done.set()
    assert delivery.outcome is Outcome.TIMED_OUT
    assert 0.3 <= delivery.took_s < 1.5


def test_a_server_that_does_not_shake_hands_is_ended_by_the_deadline() -> None:
    handshake = b"\x16\x03\x03\x40\x00"  # the start of a record of 16,384 bytes
    with serving(dripping(handshake, b"\x02"), reads=False) as server:
        sender = make_sender(allow_private=True, resolve=Resolver([LOOPBACK]), deadline_s=0.3)
        delivery = sender.post(f"https://{NAME}:{server.port}/", BODY, {})
    assert delivery.outcome is Outcome.TIMED_OUT
    assert 0.3 <= delivery.took_s < 1.5


def test_a_resolver_that_does_not_answer_is_ended_by_the_deadline() -> None:
    done = Event()

    def resolving(name: str) -> Sequence[Address]:
        done.wait(5)
        return [PUBLIC]

    sender = make_sender(allow_private=False, resolve=resolving, connect=unused_network, deadline_s=0.3)
    delivery = sender.post(f"https://{NAME}/", BODY, {})
    done.set()
    assert delivery.outcome is Outcome.TIMED_OUT
    assert 0.3 <= delivery.took_s < 1.5


@pytest.mark.parametrize(
    ("answer", "outcome", "status"),
    [
        pytest.param(pouring(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 4_096), Outcome.DELIVERED, 200, id="success"),
        pytest.param(pouring(b"HTTP/1.1 500 No\r\n\r\n", b"x" * 4_096), Outcome.REJECTED, 500, id="failure"),
        pytest.param(pouring(b"HTTP/1.1 200 OK\r\nx: ", b"x" * 4_096), Outcome.BROKEN, None, id="one header"),
        pytest.param(pouring(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n" * 512), Outcome.BROKEN, None, id="headers"),
        pytest.param(pouring(b"", b"HTTP/1.1 102 Wait\r\n\r\n" * 99), Outcome.BROKEN, None, id="not yet"),
    ],
)
def test_of_a_huge_answer_64_kilobytes_are_read(answer: Answer, outcome: Outcome, status: int | None) -> None:
    with serving(answer) as server:
        network = Network(server.port)
        sender = make_sender(allow_private=True, resolve=Resolver([LOOPBACK]), connect=network, deadline_s=5)
        delivery = sender.post(f"http://{NAME}/", BODY, {})
    assert (delivery.outcome, delivery.status) == (outcome, status)
    assert ("sent 65,536 bytes" in str(delivery.reason)) == (outcome is Outcome.BROKEN)
    assert network.sockets[0].bytes_taken == MOST_BYTES_READ
    assert network.sockets[0].fileno() == -1  # closed
    assert delivery.took_s < 4


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"SSH-2.0-OpenSSH_9.9\r\n", id="SSH"),
        pytest.param(b"HTTP/1.1 200 OK\r\nx", id="half of the headers"),
        pytest.param(b"HTTP/1.1 2000 OK\r\n\r\n", id="no status"),
    ],
)
def test_what_is_no_answer_in_http_is_told_without_a_word_of_it(answer: bytes) -> None:
    with serving(answer) as server:
        delivery = post(server)
    assert (delivery.outcome, delivery.status) == (Outcome.BROKEN, None)
    assert delivery.reason == "the connection ended without an answer in HTTP"


def test_an_answer_that_breaks_off_after_its_status_counts_as_given() -> None:
    with serving(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf") as server:
        assert post(server).is_delivered


def test_a_refused_connection_is_told_as_such() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    sender = make_sender(allow_private=True, resolve=Resolver([LOOPBACK, OTHER_LOOPBACK]))
    delivery = sender.post(f"http://{NAME}:{port}/", BODY, {})
    assert (delivery.outcome, delivery.reason) == (Outcome.UNREACHABLE, "no connection: Connection refused")


def test_the_next_address_is_called_where_one_does_not_answer() -> None:
    with serving(OK) as server:
        sender = make_sender(allow_private=True, resolve=Resolver([OTHER_LOOPBACK, LOOPBACK]))
        assert sender.post(f"http://{NAME}:{server.port}/", BODY, {}).is_delivered
    assert len(server.requests) == 1


def test_over_tls_the_name_is_asked_for_and_its_certificate_taken(tls: ssl.SSLContext, trust: ssl.SSLContext) -> None:
    with serving(OK, tls=tls) as server:
        sender = make_sender(allow_private=True, resolve=Resolver([LOOPBACK]), trust=trust)
        assert sender.post(f"https://{NAME}:{server.port}/", BODY, {}).is_delivered
        assert sender.post(f"https://127.0.0.1:{server.port}/", BODY, {}).is_delivered
    assert server.names_asked_for == [NAME, None]  # no name is asked for where there is none
    assert f"Host: {NAME}:{server.port}\r\n".encode() in server.requests[0]


def test_a_certificate_of_an_unknown_issuer_is_not_trusted(tls: ssl.SSLContext) -> None:
    with serving(OK, tls=tls) as server:
        sender = Sender(allow_private=True, resolve=Resolver([LOOPBACK]))
        delivery = sender.post(f"https://{NAME}:{server.port}/", BODY, {})
    assert (delivery.outcome, delivery.status) == (Outcome.UNTRUSTED, None)
    assert "certificate is not trusted: self" in str(delivery.reason)
    assert server.requests == []


@pytest.mark.parametrize("host", ["other.example.com", "127.0.0.2"])
def test_a_certificate_for_another_host_is_not_trusted(host: str, tls: ssl.SSLContext, trust: ssl.SSLContext) -> None:
    with serving(OK, tls=tls) as server:
        sender = make_sender(
            allow_private=True, resolve=Resolver([LOOPBACK]), connect=Network(server.port), trust=trust
        )
        delivery = sender.post(f"https://{host}:{server.port}/", BODY, {})
    assert (delivery.outcome, delivery.status) == (Outcome.UNTRUSTED, None)
    assert "mismatch" in str(delivery.reason)
    assert server.requests == []


def test_a_server_without_tls_gets_no_message() -> None:
    with serving(b"HTTP/1.1 200 OK\r\n\r\n", reads=False) as server:
        sender = make_sender(allow_private=True, resolve=Resolver([LOOPBACK]))
        delivery = sender.post(f"https://{NAME}:{server.port}/", BODY, {})
    assert (delivery.outcome, delivery.status) == (Outcome.UNTRUSTED, None)
    assert str(delivery.reason).startswith("no TLS")


def test_proxies_and_passwords_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    passwords = tmp_path / "netrc"
    passwords.write_text(f"machine {NAME} login ann password hunter2\ndefault login ann password hunter2\n")
    passwords.chmod(0o600)
    monkeypatch.setenv("NETRC", str(passwords))
    with serving(OK) as proxy, serving(OK) as server:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            monkeypatch.setenv(name.upper(), f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert post(server).is_delivered
    assert proxy.requests == []
    (request,) = server.requests
    assert b"authorization" not in request.lower()


def test_nothing_is_kept_from_one_attempt_for_the_next() -> None:
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: team=7; Path=/\r\nContent-Length: 0\r\n\r\n"
    with serving(answer) as server:
        network = Network(server.port)
        resolver = Resolver([LOOPBACK])
        sender = make_sender(allow_private=True, resolve=resolver, connect=network)
        for _ in range(3):
            assert sender.post(f"http://{NAME}/", BODY, {}).is_delivered
            assert network.sockets[-1].fileno() == -1  # closed
    assert len(network.dialled) == len(resolver.asked) == len(server.requests) == 3
    assert server.requests[0] == server.requests[2]
    assert b"cookie" not in server.requests[2].lower()


@pytest.mark.parametrize(
    "headers",
    [{"Host": "127.0.0.1"}, {"content-length": "1"}, {"x-note": "a\r\nhost: 127.0.0.1"}, {"x note": "a"}, {"x": "é"}],
    ids=["host", "length", "a header inside", "no header", "no ASCII"],
)
def test_headers_that_are_not_the_callers_to_set_are_refused(headers: dict[str, str]) -> None:
    with serving(OK) as server:
        sender = make_sender(allow_private=True, resolve=Resolver([LOOPBACK]))
        with pytest.raises(ValueError, match=r"headers|ascii"):
            sender.post(f"http://{NAME}:{server.port}/", BODY, headers)
    assert all(request == b"" for request in server.requests)


def test_the_way_out_dials_numbers() -> None:
    with serving(OK) as server, connect(LOOPBACK, server.port, 1) as connected:
        assert connected.getpeername() == ("127.0.0.1", server.port)
        assert connected.gettimeout() == 1
