"""Read the URL of a customer in one way only: the parts that are checked are the parts that are called.

Stricter than a browser on purpose. Where two readers of URLs could disagree (backslashes, other alphabets, numbers as
hosts), the URL is refused and its plain spelling asked for. A name that leads to a private address passes here; that
is found when it is called, each time anew.
"""

import re
import socket
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address

from notes_pipeline.core.errors import InputError
from notes_pipeline.webhooks.addresses import Address, why_not

MOST_URL_CHARACTERS = 2_000
# Servers of other protocols, some of which take lines of a request for commands (Redis, SMTP).
_NOT_HTTP_PORTS = frozenset(
    {7, 9, 19, 21, 22, 23, 25, 53, 69, 110, 111, 123, 135, 137, 139, 143, 161, 179, 389, 445, 465, 514, 587, 636}
    | {853, 873, 993, 995, 1433, 1521, 2049, 3306, 3389, 5432, 5672, 5900, 6379, 9042, 9092, 11211, 27017}
)
# Names that are private by convention (RFC 6761, 6762, 8375 and the reservation of .internal), told at once.
_PRIVATE_NAMES = ("localhost", "localdomain", "local", "internal", "home.arpa")

_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^/?]*)(?P<target>.*)", re.ASCII | re.IGNORECASE)
_AUTHORITY = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(?::(?P<port>[^:]*))?")
_PORT = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
# A bare underscore breaks the rule for host names, but services in containers are called so.
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)  # what ends in one is an address or nothing (WHATWG, URL 3.5)
_MOST_NAME_CHARACTERS = 253


class WebhookUrlError(InputError):
    """The URL may not be called; the message says what is wrong with it and what to do."""


class Scheme(StrEnum):
    HTTPS = "https"
    HTTP = "http"


@dataclass(frozen=True, slots=True)
class Target:
    """A URL in its parts, checked.

    `host`: a lower-case ASCII name, or an address. `path`: with the query, starts with `/`.
    """

    scheme: Scheme
    host: str | Address
    port: int
    path: str

    @property
    def name(self) -> str:
        """The host as certificates have it: an IPv6 address without brackets."""
        return str(self.host)

    @property
    def host_header(self) -> str:
        name = f"[{self.host}]" if isinstance(self.host, IPv6Address) else self.name
        return name if self.port == _default_port(self.scheme) else f"{name}:{self.port}"


def check_url(url: str, *, allow_private: bool) -> None:
    """Refuse a URL that can never be called, when it is registered. Asks no resolver.

    `allow_private`: the operator lets webhooks reach private networks, and plain http with them.

    Raises:
        WebhookUrlError: it may not be called.
    """
    parse_url(url, allow_private=allow_private)


def parse_url(url: str, *, allow_private: bool) -> Target:
    """Read a URL and check it; see `check_url`. The messages hold nothing of a URL but its host and port."""
    if len(url) > MOST_URL_CHARACTERS:
        raise WebhookUrlError(f"The URL has {len(url):,} characters; give one of at most {MOST_URL_CHARACTERS:,}.")
    if any(not "!" <= character <= "~" for character in url):
        raise WebhookUrlError(
            "The URL holds a space, a control character or a letter outside of ASCII; write a name of another alphabet "
            "as xn--…, and other characters as %XX."
        )
    if "\\" in url:
        raise WebhookUrlError("The URL holds a backslash; write /, or %5C for the character itself.")
    if "#" in url:
        raise WebhookUrlError("The URL holds a fragment, which is never sent; leave out # and what follows.")
    parts = _URL.fullmatch(url)
    if parts is None:
        raise WebhookUrlError("This is no whole URL; give one like https://hooks.example.com/notes.")
    scheme = _scheme(parts["scheme"].lower(), allow_private=allow_private)
    if "@" in parts["authority"]:
        raise WebhookUrlError("The URL holds a user name or an @ before its path; leave it out, messages are signed.")
    authority = _AUTHORITY.fullmatch(parts["authority"])
    if authority is None:
        raise WebhookUrlError("The host of the URL cannot be read; write an IPv6 address in brackets.")
    path = parts["target"]
    return Target(
        scheme=scheme,
        host=_host(authority["host"].lower(), allow_private=allow_private),
        port=_default_port(scheme) if authority["port"] is None else _port(authority["port"]),
        path=path if path.startswith("/") else f"/{path}",
    )


def _scheme(said: str, *, allow_private: bool) -> Scheme:
    if said == Scheme.HTTPS:
        return Scheme.HTTPS
    if said == Scheme.HTTP and allow_private:
        return Scheme.HTTP
    raise WebhookUrlError(f"The URL starts with {said[:20]}://; give one that starts with https://.")


def _default_port(scheme: Scheme) -> int:
    match scheme:
        case Scheme.HTTPS:
            return 443
        case Scheme.HTTP:
            return 80


def _port(said: str) -> int:
    if not _PORT.fullmatch(said) or int(said) > 65_535:
        raise WebhookUrlError("What follows the colon of the host is no port; give a number from 1 to 65535.")
    if int(said) in _NOT_HTTP_PORTS:
        raise WebhookUrlError(f"Port {said} belongs to another protocol than HTTP; use 443 or another port.")
    return int(said)


def _host(said: str, *, allow_private: bool) -> str | Address:
    if not said:
        raise WebhookUrlError("The URL has no host; give one like https://hooks.example.com/notes.")
    address = _ipv6(said) if said.startswith("[") else _ipv4(said)
    if address is None:
        return _name(said, allow_private=allow_private)
    what = why_not(address, allow_private=allow_private)
    if what is not None:
        raise WebhookUrlError(f"{said} is {what}; give a host that can be reached from the internet.")
    if isinstance(address, IPv4Address) and str(address) != said:
        raise WebhookUrlError(f"{said} is an unusual spelling of {address}; write it so.")
    return address


def _ipv6(said: str) -> Address:
    if "%" in said:
        raise WebhookUrlError(f"{said} has a zone, which means something on one machine only; give a public host.")
    try:
        return IPv6Address(said[1:-1])
    except ValueError as error:
        raise WebhookUrlError(f"{said} is no IPv6 address; give a name, or correct it.") from error


def _ipv4(said: str) -> Address | None:
    """Read an IPv4 address in any spelling that resolvers take: 127.1, 0x7f000001, 2130706433, 0177.0.0.1.

    None: it is a name.
    """
    without_dot = said.removesuffix(".")
    if not _NUMBER.fullmatch(without_dot.rpartition(".")[2]):
        return None
    try:
        return ip_address(socket.inet_aton(without_dot))
    except OSError as error:
        raise WebhookUrlError(f"{said} is neither a name nor an address; write an address like 192.0.2.1.") from error


def _name(said: str, *, allow_private: bool) -> str:
    labels = said.split(".")
    if len(said) > _MOST_NAME_CHARACTERS or not all(map(_LABEL.fullmatch, labels)):
        raise WebhookUrlError(
            "The host of the URL is no name: between its dots stand 1 to 63 letters, digits and hyphens each, and no "
            "dot is at its end. Correct it."
        )
    is_private = len(labels) == 1 or any(f".{said}".endswith(f".{private}") for private in _PRIVATE_NAMES)
    if is_private and not allow_private:
        raise WebhookUrlError(f"{said} is a name inside a private network; give one that the internet knows.")
    return said
