"""Which network a profile is on, told by its host."""

from crm.web.links import host_of

# host, name, Tabler icon; icons from data are named in static/icons.json too
_NETWORKS = (
    ("linkedin.com", "LinkedIn", "brand-linkedin"),
    ("xing.com", "Xing", "brand-xing"),
    ("x.com", "X", "brand-x"),
    ("twitter.com", "X", "brand-x"),
    ("facebook.com", "Facebook", "brand-facebook"),
    ("instagram.com", "Instagram", "brand-instagram"),
    ("youtube.com", "YouTube", "brand-youtube"),
    ("github.com", "GitHub", "brand-github"),
)
ELSEWHERE = "world"


def network_of(link: str) -> str:
    """Its name, else the host."""
    return _found(link)[0]


def network_icon(link: str) -> str:
    return _found(link)[1]


def _found(link: str) -> tuple[str, str]:
    host = host_of(link)
    for domain, name, icon in _NETWORKS:
        if host == domain or host.endswith(f".{domain}"):
            return name, icon
    return host, ELSEWHERE


def is_network(link: str) -> bool:
    return _found(link)[1] != ELSEWHERE
