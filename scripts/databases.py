"""Are the servers there that the environment names? Asked before anything is changed."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

from scripts.common import Problem


def check_reachable(database: str, broker: str) -> None:
    if database.startswith(("postgres://", "postgresql://")):
        _check_postgres(database)
    elif database.startswith("sqlite:///"):
        _check_sqlite(Path(database.removeprefix("sqlite:///")))
    elif database:
        raise Problem("DATABASE_URL must begin with postgres:// or sqlite:///.")
    if broker:
        _check_broker(broker)


def _check_sqlite(file: Path) -> None:
    if not os.access(file if file.exists() else file.absolute().parent, os.W_OK):
        raise Problem(f"DATABASE_URL names {file}, which cannot be written. Make its folder, or correct DATABASE_URL.")


def _check_postgres(address: str) -> None:
    try:
        psycopg.connect(address, connect_timeout=5).close()
    except psycopg.Error as error:
        raise Problem(
            f"DATABASE_URL names {_public(address)}, which cannot be used: {_one_line(error)}. "
            "Start that server, or correct DATABASE_URL; without it Ripen uses SQLite."
        ) from error


def _check_broker(address: str) -> None:
    try:
        with redis.from_url(address, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise Problem(
            f"REDIS_URL names {_public(address)}, which does not answer: {_one_line(error)}. "
            "Start that server, or correct REDIS_URL; without it Ripen starts one of its own."
        ) from error


def _public(address: str) -> str:
    """Without the password."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
