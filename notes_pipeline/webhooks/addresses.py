"""Which addresses a customer may have us call: what is on the public internet, and nothing else.

Our own table, not `ipaddress.is_global`: that calls 64:ff9b::7f00:1 (127.0.0.1 behind NAT64), 2002:7f00:1:: (behind
6to4) and fec0::1 global, and its answers change between patch releases of Python.
Source: the special-purpose registries of IANA (iana-ipv4-special-registry, iana-ipv6-special-registry), 2025.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# What every instance in a cloud can reach, and who reaches it has its credentials: never, whatever is allowed.
_METADATA = "the address of a cloud's metadata service"
_NEVER: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), what)
    for network, what in (
        ("169.254.169.254/32", _METADATA),
        ("100.100.100.200/32", _METADATA),  # Alibaba, inside the carriers' range
        ("168.63.129.16/32", _METADATA),  # Azure; a public address by the registry
        ("fd00:ec2::254/128", _METADATA),  # AWS
        ("fd20:ce::254/128", _METADATA),  # Google
        ("0.0.0.0/8", "an unspecified address"),
        ("169.254.0.0/16", "a link-local address"),
        ("192.0.0.0/24", "a reserved address"),
        ("192.0.2.0/24", "an address for documentation"),
        ("192.88.99.0/24", "an address of a 6to4 relay"),
        ("198.18.0.0/15", "an address for benchmarks"),
        ("198.51.100.0/24", "an address for documentation"),
        ("203.0.113.0/24", "an address for documentation"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),  # with 255.255.255.255, the broadcast
        ("::/128", "an unspecified address"),
        ("fe80::/10", "a link-local address"),
        ("ff00::/8", "a multicast address"),
        ("2001:db8::/32", "an address for documentation"),
        ("3fff::/20", "an address for documentation"),
        ("2001::/32", "a Teredo address"),
        ("2001::/23", "a reserved address"),
        ("2002::/16", "a 6to4 address"),
    )
)
_PRIVATE: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), what)
    for network, what in (
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "an address inside a carrier's network"),
        ("127.0.0.0/8", "a loopback address"),
        ("172.16.0.0/12", "a private address"),
        ("192.168.0.0/16", "a private address"),
        ("::1/128", "a loopback address"),
        ("fc00::/7", "a private address"),
    )
)
_PUBLIC_IPV6 = IPv6Network("2000::/3")  # all that IANA has given out for unicast; the rest is reserved
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052; what a resolver with DNS64 makes of an IPv4 address


def why_not(address: Address, *, allow_private: bool) -> str | None:
    """Say what `address` is that it may not be called, as a noun ("a loopback address"). None: it may be called.

    An IPv4 address inside an IPv6 one (IPv4-mapped, NAT64) is judged as what it leads to. 6to4 and Teredo are refused
    with whatever they hold. `allow_private` lets loopback, private networks and carriers' networks through, and
    nothing else: not the link-local addresses, where the metadata services are.
    """
    address = _inner(address)
    for network, what in _NEVER:
        if address in network:
            return what
    for network, what in _PRIVATE:
        if address in network:
            return None if allow_private else what
    if isinstance(address, IPv6Address) and address not in _PUBLIC_IPV6:
        return "a reserved address"
    return None


def _inner(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else address
