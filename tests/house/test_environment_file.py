import os
import stat

import pytest

from scripts import environment


@pytest.fixture
def file(tmp_path, monkeypatch):
    for name in environment.NAMES:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return tmp_path / ".env"


def start(file, monkeypatch):
    """What two starts of ./run after each other have in common: the file, not the environment."""
    monkeypatch.delenv("SECRET_KEY", raising=False)
    environment.read(file)
    environment.ensure_secret(file)
    return os.environ["SECRET_KEY"]


def test_secret_key_is_made_once_and_for_its_owner_only(file, monkeypatch):
    file.write_text("REDIS_URL=redis://example.org/3")
    keys = [start(file, monkeypatch) for _ in range(3)]
    assert keys == [keys[0]] * 3
    assert file.read_text() == f"REDIS_URL=redis://example.org/3\nSECRET_KEY={keys[0]}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(keys[0]) >= 50


def test_file_is_read_but_the_environment_wins(file, monkeypatch):
    file.write_text("SECRET_KEY=from-file\nPORT=8123\nDATABASE_URL=sqlite:///a\nREDIS_URL=\n")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///b")
    environment.read(file)
    assert [os.environ.get(name) for name in ("SECRET_KEY", "PORT", "DATABASE_URL", "REDIS_URL")] == [
        "from-file", "8123", "sqlite:///b", None,
    ]  # fmt: skip
