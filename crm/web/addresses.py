"""Where a request comes from: an address that nobody can make up, and the network it is in."""

import ipaddress
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str | None:
    """The peer's address; behind ``TRUSTED_PROXIES`` proxies what the first of them saw. X-Forwarded-For is never
    believed beyond those: whatever a client writes there stands left of what our proxies add."""
    hops = [request.META.get("REMOTE_ADDR", "")]
    if settings.TRUSTED_PROXIES:
        hops = [*request.headers.get("X-Forwarded-For", "").split(","), *hops]
    return _address(hops[max(-1 - settings.TRUSTED_PROXIES, -len(hops))])


def _address(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


@lru_cache(maxsize=1_000)
def networks_of(ip: str | None) -> tuple[str, str]:
    """What counts as one sender, and the network around it: an IPv4 address and its /24; of IPv6, where a household
    gets a /64, that and the /48. Unknown addresses are one sender."""
    if ip is None:
        return "unknown", "unknown"
    host, around = (32, 24) if ipaddress.ip_address(ip).version == 4 else (64, 48)
    return tuple(str(ipaddress.ip_network(f"{ip}/{bits}", strict=False)) for bits in (host, around))  # type: ignore[return-value]
