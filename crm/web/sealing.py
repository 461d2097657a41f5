"""Secrets of other systems that Ripen must be able to read again, such as a mailbox's password: encrypted with a key
made from SECRET_KEY, so that a copy of the database alone does not give them away."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class SealBroken(Exception):
    """The text was not sealed with a key that is known here; the message is for a person."""


def seal(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises SealBroken."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken("It was stored with another SECRET_KEY: type it in again.") from error


def _keys() -> MultiFernet:
    """Of SECRET_KEY, and to read with also of the keys before it."""
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"ripen.sealing").derive(secret.encode())
    return Fernet(urlsafe_b64encode(derived))
