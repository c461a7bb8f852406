"""Which URLs and addresses may be called, with the spellings that have reached private servers elsewhere."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes_pipeline.core.errors import InputError
from notes_pipeline.webhooks.addresses import why_not
from notes_pipeline.webhooks.urls import Scheme, Target, WebhookUrlError, check_url, parse_url

TAKEN = {
    "a name": "https://hooks.example.com/notes",
    "no path": "https://hooks.example.com",
    "only a query": "https://hooks.example.com?team=7",
    "path and query": "https://hooks.example.com/a/b?c=d&e=%C3%A9;f=@:/",
    "upper case": "HTTPS://Hooks.Example.COM/Notes",
    "another port": "https://hooks.example.com:8443/notes",
    "the highest port": "https://hooks.example.com:65535/",
    "another alphabet, as ASCII": "https://xn--bcher-kva.example/notes",
    "a label that starts with digits": "https://1and1.example/",
    "digits before a name": "https://127.0.0.1.example.com/",
    "an address before a name": "https://2130706433.example.com/",
    "localhost before a name": "https://localhost.example.com/",
    "an underscore": "https://web_hooks.example.com/",
    "IPv4": "https://8.8.8.8/notes",
    "the last before 10/8": "https://9.255.255.255/",
    "the first after 172.16/12": "https://172.32.0.0/",
    "the last before 100.64/10": "https://100.63.255.255/",
    "the first after 100.64/10": "https://100.128.0.0/",
    "the last before multicast": "https://223.255.255.255/",
    "IPv6": "https://[2606:4700:4700::1111]/notes",
    "IPv6 with a port": "https://[2606:4700:4700::1111]:8443/notes",
    "IPv4-mapped, public": "https://[::ffff:8.8.8.8]/",
    "NAT64, public": "https://[64:ff9b::8.8.8.8]/",
    "exactly 2,000 characters": "https://hooks.example.com/" + "a" * (2_000 - 26),
}

# Each with a word of the message that tells why.
REFUSED = {
    "2,001 characters": ("https://hooks.example.com/" + "a" * (2_001 - 26), "2,001"),
    "nothing": ("", "whole URL"),
    "http": ("http://hooks.example.com/", "https://"),
    "ftp": ("ftp://hooks.example.com/", "https://"),
    "file": ("file:///etc/passwd", "https://"),
    "gopher": ("gopher://127.0.0.1:6379/_x", "https://"),
    "no scheme": ("hooks.example.com/notes", "whole URL"),
    "relative": ("//hooks.example.com/notes", "whole URL"),
    "one slash": ("https:/hooks.example.com", "whole URL"),
    "no slash": ("https:hooks.example.com", "whole URL"),
    "three slashes": ("https:///hooks.example.com", "no host"),
    "no host": ("https://", "no host"),
    "no host, a port": ("https://:443/", "no host"),
    "fragment": ("https://hooks.example.com/#top", "fragment"),
    "empty fragment": ("https://hooks.example.com/#", "fragment"),
    "fragment before an at sign": ("https://hooks.example.com#@127.0.0.1/", "fragment"),
    "user": ("https://ann@hooks.example.com/", "user name"),
    "user and password": ("https://ann:pw@hooks.example.com/", "user name"),
    "empty user": ("https://@hooks.example.com/", "user name"),
    "a host as user": ("https://hooks.example.com@127.0.0.1/", "user name"),
    "a host and port as user": ("https://hooks.example.com:443@127.0.0.1/", "user name"),
    "two at signs": ("https://a@b@127.0.0.1/", "user name"),
    "encoded at sign": ("https://hooks.example.com%40127.0.0.1/", "neither a name nor an address"),
    "backslash": ("https://hooks.example.com\\@127.0.0.1/", "backslash"),
    "backslashes for slashes": ("https:\\\\127.0.0.1/", "backslash"),
    "backslash in the path": ("https://hooks.example.com/\\127.0.0.1", "backslash"),
    "space": ("https://hooks.example.com /", "space"),
    "space before": (" https://hooks.example.com/", "space"),
    "line break": ("https://hooks.example.com/\r\nx-evil: 1", "control"),
    "tab in the host": ("https://127.0.0.1\t.example.com/", "control"),
    "NUL": ("https://127.0.0.1\x00.example.com/", "control"),
    "delete": ("https://hooks.example.com/\x7f", "control"),
    "full-width digits": ("https://１２７.0.0.1/", "ASCII"),
    "circled digits": ("https://①②⑦.⓪.⓪.①/", "ASCII"),
    "ideographic full stops": ("https://127。0。0。1/", "ASCII"),
    "look-alike letters": ("https://hооks.example.com/", "ASCII"),
    "circled localhost": ("https://ⓛocalhost/", "ASCII"),
    "soft hyphen": ("https://local\u00adhost/", "ASCII"),
    "full-width slash": ("https://hooks.example.com／@127.0.0.1/", "ASCII"),
    "unicode in the path": ("https://hooks.example.com/é", "ASCII"),
    "encoded digits": ("https://%31%32%37.0.0.%31/", "no name"),
    "encoded dot": ("https://127%2e0%2e0%2e1/", "no name"),
    "no port after the colon": ("https://hooks.example.com:/", "no port"),
    "port 0": ("https://hooks.example.com:0/", "no port"),
    "port 65536": ("https://hooks.example.com:65536/", "no port"),
    "port with a sign": ("https://hooks.example.com:+443/", "no port"),
    "port with a zero before": ("https://hooks.example.com:0443/", "no port"),
    "port in words": ("https://hooks.example.com:https/", "no port"),
    "two ports": ("https://hooks.example.com:443:80/", "cannot be read"),
    "port of SSH": ("https://hooks.example.com:22/", "Port 22"),
    "port of SMTP": ("https://hooks.example.com:25/", "Port 25"),
    "port of PostgreSQL": ("https://hooks.example.com:5432/", "Port 5432"),
    "port of Redis": ("https://hooks.example.com:6379/", "Port 6379"),
    "empty label": ("https://hooks..example.com/", "no name"),
    "dot before": ("https://.example.com/", "no name"),
    "dot at the end": ("https://hooks.example.com./", "no name"),
    "only a dot": ("https://./", "no name"),
    "hyphen before": ("https://-hooks.example.com/", "no name"),
    "label of 64 letters": (f"https://{'a' * 64}.example.com/", "no name"),
    "name of 254 characters": (f"https://{'abcdefg.' * 31}ab.com/", "no name"),
    "shell": ("https://$(id).example.com/", "no name"),
    "localhost": ("https://localhost/", "inside a private network"),
    "localhost in capitals": ("https://LOCALHOST/", "inside a private network"),
    "localhost with a dot": ("https://localhost./", "no name"),
    "below localhost": ("https://foo.localhost/", "inside a private network"),
    "one label": ("https://redis/", "inside a private network"),
    "printers and the like": ("https://nas.local/", "inside a private network"),
    "metadata by name": ("https://metadata.google.internal/", "inside a private network"),
    "loopback": ("https://127.0.0.1/", "loopback"),
    "loopback, elsewhere": ("https://127.255.255.254:8443/", "loopback"),
    "loopback with a dot": ("https://127.0.0.1./", "loopback"),
    "loopback, short": ("https://127.1/", "loopback"),
    "loopback, three parts": ("https://127.0.1/", "loopback"),
    "loopback, hexadecimal": ("https://0x7f000001/", "loopback"),
    "loopback, hexadecimal capitals": ("https://0X7F000001/", "loopback"),
    "loopback, hexadecimal parts": ("https://0x7f.0x0.0x0.0x1/", "loopback"),
    "loopback, decimal": ("https://2130706433/", "loopback"),
    "loopback, octal": ("https://017700000001/", "loopback"),
    "loopback, octal parts": ("https://0177.0.0.01/", "loopback"),
    "loopback, mixed": ("https://0x7f.1/", "loopback"),
    "a number too large": ("https://4294967296/", "neither a name nor an address"),
    "a part too large": ("https://256.0.0.1/", "neither a name nor an address"),
    "five parts": ("https://1.2.3.4.5/", "neither a name nor an address"),
    "no octal": ("https://08.8.8.8/", "neither a name nor an address"),
    "a name that ends in a number": ("https://hooks.example.127/", "neither a name nor an address"),
    "a public address, decimal": ("https://134744072/", "unusual spelling of 8.8.8.8"),
    "a public address, octal": ("https://010.8.8.8/", "unusual spelling"),
    "unspecified": ("https://0.0.0.0/", "unspecified"),
    "unspecified, short": ("https://0/", "unspecified"),
    "10/8": ("https://10.0.0.1/", "private"),
    "172.16/12": ("https://172.31.255.255/", "private"),
    "192.168/16": ("https://192.168.1.1/", "private"),
    "192.168/16, short": ("https://192.168.257/", "private"),
    "carriers' network": ("https://100.64.0.1/", "carrier"),
    "metadata": ("https://169.254.169.254/latest/meta-data/", "metadata"),
    "metadata, decimal": ("https://2852039166/", "metadata"),
    "metadata of Alibaba": ("https://100.100.100.200/", "metadata"),
    "metadata of Azure": ("https://168.63.129.16/", "metadata"),
    "metadata over IPv6": ("https://[fd00:ec2::254]/", "metadata"),
    "link-local": ("https://169.254.1.1/", "link-local"),
    "documentation 1": ("https://192.0.2.1/", "documentation"),
    "documentation 2": ("https://198.51.100.1/", "documentation"),
    "documentation 3": ("https://203.0.113.1/", "documentation"),
    "benchmarks": ("https://198.19.255.255/", "benchmark"),
    "protocol assignments": ("https://192.0.0.1/", "reserved"),
    "6to4 relay": ("https://192.88.99.1/", "6to4"),
    "multicast": ("https://224.0.0.1/", "multicast"),
    "class E": ("https://240.0.0.1/", "reserved"),
    "broadcast": ("https://255.255.255.255/", "reserved"),
    "IPv6 loopback": ("https://[::1]/", "loopback"),
    "IPv6 loopback in full": ("https://[0000:0:0:0:0:0:0:0001]:8443/", "loopback"),
    "IPv6 unspecified": ("https://[::]/", "unspecified"),
    "IPv4-mapped": ("https://[::ffff:127.0.0.1]/", "loopback"),
    "IPv4-mapped in hexadecimal": ("https://[::ffff:7f00:1]/", "loopback"),
    "IPv4-mapped metadata": ("https://[::FFFF:169.254.169.254]/", "metadata"),
    "IPv4-compatible": ("https://[::127.0.0.1]/", "reserved"),
    "IPv4-translated": ("https://[::ffff:0:127.0.0.1]/", "reserved"),
    "NAT64": ("https://[64:ff9b::7f00:1]/", "loopback"),
    "NAT64 to a private network": ("https://[64:ff9b::10.0.0.1]/", "private"),
    "NAT64, local": ("https://[64:ff9b:1::7f00:1]/", "reserved"),
    "6to4": ("https://[2002:7f00:1::]/", "6to4"),
    "6to4 with a public address": ("https://[2002:808:808::1]/", "6to4"),
    "Teredo": ("https://[2001:0:4136:e378::1]/", "Teredo"),
    "ORCHID": ("https://[2001:20::1]/", "reserved"),
    "IPv6 link-local": ("https://[fe80::1]/", "link-local"),
    "IPv6 with a zone": ("https://[fe80::1%25eth0]/", "zone"),
    "IPv6 with a bare zone": ("https://[fe80::1%eth0]/", "zone"),
    "loopback with a zone": ("https://[::1%251]/", "zone"),
    "IPv6 private": ("https://[fd12:3456::1]/", "private"),
    "IPv6 site-local": ("https://[fec0::1]/", "reserved"),
    "IPv6 multicast": ("https://[ff02::1]/", "multicast"),
    "IPv6 documentation": ("https://[2001:db8::1]/", "documentation"),
    "IPv6 documentation, new": ("https://[3fff::1]/", "documentation"),
    "IPv6 discard": ("https://[100::1]/", "reserved"),
    "IPv6 not given out": ("https://[4000::1]/", "reserved"),
    "IPv4 in brackets": ("https://[127.0.0.1]/", "no IPv6 address"),
    "a name in brackets": ("https://[localhost]/", "no IPv6 address"),
    "nothing in brackets": ("https://[]/", "no IPv6 address"),
    "an address of the future": ("https://[v1.fe80::1]/", "no IPv6 address"),
    "no brackets": ("https://::1/", "in brackets"),
    "no brackets, full": ("https://2606:4700:4700::1111/", "in brackets"),
    "an open bracket": ("https://[::1/", "cannot be read"),
    "text after the bracket": ("https://[2606:4700:4700::1111].example.com/", "cannot be read"),
    "text before the bracket": ("https://a[2606:4700:4700::1111]/", "cannot be read"),
}

TAKEN_IF_PRIVATE_IS = {
    "http": "http://hooks.example.com/",
    "localhost": "http://localhost:8000/notes",
    "one label": "http://notes_receiver:8080/",
    "loopback": "http://127.0.0.1:8000/",
    "IPv6 loopback": "http://[::1]:8000/",
    "IPv4-mapped loopback": "http://[::ffff:127.0.0.1]/",
    "private": "https://10.1.2.3/",
    "IPv6 private": "https://[fd12:3456::1]/",
    "carriers' network": "https://100.64.0.1/",
    "internal": "https://hooks.corp.internal/",
}

REFUSED_ALWAYS = {
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "metadata of Alibaba": "http://100.100.100.200/",
    "metadata over IPv6": "http://[fd00:ec2::254]/",
    "IPv4-mapped metadata": "http://[::ffff:169.254.169.254]/",
    "NAT64 to metadata": "http://[64:ff9b::a9fe:a9fe]/",
    "link-local": "http://[fe80::1]/",
    "unspecified": "http://0.0.0.0:8000/",
    "IPv6 unspecified": "http://[::]/",
    "multicast": "http://224.0.0.1/",
    "broadcast": "http://255.255.255.255/",
    "loopback, short": "http://127.1/",
    "loopback, hexadecimal": "http://0x7f000001/",
    "loopback, decimal": "http://2130706433/",
    "port of Redis": "http://127.0.0.1:6379/",
    "user": "http://ann@localhost:8000/",
    "localhost with a dot": "http://localhost.:8000/",
    "file": "file:///etc/passwd",
    "fragment": "http://localhost:8000/#",
}


@pytest.mark.parametrize("url", TAKEN.values(), ids=TAKEN)
def test_a_url_on_the_internet_is_taken(url: str) -> None:
    check_url(url, allow_private=False)
    assert parse_url(url, allow_private=False).scheme is Scheme.HTTPS


@pytest.mark.parametrize(("url", "why"), REFUSED.values(), ids=REFUSED)
def test_a_url_that_leads_elsewhere_is_refused_with_the_reason(url: str, why: str) -> None:
    with pytest.raises(WebhookUrlError) as caught:
        check_url(url, allow_private=False)
    assert why in str(caught.value)
    assert isinstance(caught.value, InputError)


@pytest.mark.parametrize("url", TAKEN_IF_PRIVATE_IS.values(), ids=TAKEN_IF_PRIVATE_IS)
def test_private_networks_are_taken_where_the_operator_says_so_and_only_there(url: str) -> None:
    check_url(url, allow_private=True)
    with pytest.raises(WebhookUrlError):
        check_url(url, allow_private=False)


@pytest.mark.parametrize("url", REFUSED_ALWAYS.values(), ids=REFUSED_ALWAYS)
def test_some_urls_are_refused_whatever_the_operator_says(url: str) -> None:
    with pytest.raises(WebhookUrlError):
        check_url(url, allow_private=True)


def test_a_message_holds_no_password_and_no_path() -> None:
    with pytest.raises(WebhookUrlError) as caught:
        check_url("https://ann:hunter2@localhost/T0P-SECRET?key=T0P", allow_private=False)
    assert "hunter2" not in str(caught.value)
    assert "T0P" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "expected", "host_header"),
    [
        (
            "HTTPS://Hooks.Example.COM?a=B",
            Target(Scheme.HTTPS, "hooks.example.com", 443, "/?a=B"),
            "hooks.example.com",
        ),
        (
            "https://hooks.example.com:8443/a//b/../c?d?e",
            Target(Scheme.HTTPS, "hooks.example.com", 8443, "/a//b/../c?d?e"),
            "hooks.example.com:8443",
        ),
        ("http://localhost/", Target(Scheme.HTTP, "localhost", 80, "/"), "localhost"),
        ("http://127.0.0.1:80/", Target(Scheme.HTTP, IPv4Address("127.0.0.1"), 80, "/"), "127.0.0.1"),
        ("https://[::1]:80/", Target(Scheme.HTTPS, IPv6Address("::1"), 80, "/"), "[::1]:80"),
    ],
    ids=["no path", "port and odd path", "http", "IPv4", "IPv6"],
)
def test_the_parts_of_a_url_are_those_that_are_called(url: str, expected: Target, host_header: str) -> None:
    target = parse_url(url, allow_private=True)
    assert target == expected
    assert target.host_header == host_header


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
def test_what_python_knows_to_be_special_is_never_called(address: IPv4Address | IPv6Address) -> None:
    if why_not(address, allow_private=False) is None:
        assert getattr(address, "ipv4_mapped", None) or address.is_global
        assert not address.is_multicast
        assert why_not(address, allow_private=True) is None


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_is_judged_as_what_it_leads_to(inner: IPv4Address) -> None:
    for prefix in ("::ffff:0:0", "64:ff9b::"):
        outer = IPv6Address(int(IPv6Address(prefix)) + int(inner))
        assert why_not(outer, allow_private=False) == why_not(inner, allow_private=False)


@given(st.text(max_size=60) | st.builds("https://{}/".format, st.text("0123456789abcfx.:[]%@-", max_size=40)))
def test_any_text_is_either_a_target_that_may_be_called_or_refused(text: str) -> None:
    try:
        target = parse_url(text, allow_private=False)
    except WebhookUrlError:
        return
    assert text.lower().startswith("https://")
    assert target.name.isascii()
    if isinstance(target.host, str):
        with pytest.raises(ValueError, match="does not appear"):
            ip_address(target.host)
    else:
        assert why_not(target.host, allow_private=False) is None
