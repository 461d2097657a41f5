"""A real IMAP server (Dovecot) on ports of its own, with TLS by a certificate authority that only the tests trust."""

import os
import shutil
import signal
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme
from imap_tools import MailBox

from tests.nurture.processes import free_port

PROGRAM = shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))
MISSING = "no Dovecot: install dovecot-imapd"
USER, PASSWORD = "ripen", 'öffne "dich"'
NOBODY = 65534
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
mail_location = maildir:{folder}/home/Maildir
first_valid_uid = 1
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/passwords
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
default_internal_user = {internal}
default_login_user = {login}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {plain}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""


@dataclass(frozen=True)
class ImapServer:
    folder: Path
    tls: int
    plain: int

    @property
    def authority(self) -> Path:
        return self.folder / "ca.pem"

    def deliver(self, *raw: bytes) -> None:
        with self._box() as box:
            for mail in raw:
                box.append(mail, "INBOX")

    def seen(self) -> list[bool]:
        with self._box() as box:
            return ["\\Seen" in mail.flags for mail in box.fetch(mark_seen=False)]

    def number_anew(self) -> None:
        """As after a restore: all UIDs change, and with them the UIDVALIDITY."""
        time.sleep(1.1)  # it is made from the clock
        for path in (self.folder / "home" / "Maildir").glob("dovecot*"):
            path.unlink()

    def _box(self) -> MailBox:
        context = ssl.create_default_context(cafile=str(self.authority))
        return MailBox("localhost", self.tls, ssl_context=context, timeout=20).login_utf8(USER, PASSWORD)


@contextmanager
def imap_server(folder: Path) -> Iterator[ImapServer]:
    server = ImapServer(folder, free_port(), free_port())
    _write(server)
    assert PROGRAM, MISSING
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [PROGRAM, "-F", "-c", str(folder / "dovecot.conf")], stdout=output, stderr=output, start_new_session=True
        )
    try:
        _wait(server)
        yield server
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _write(server: ImapServer) -> None:
    folder = server.folder
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(str(server.authority))
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    (folder / "passwords").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    (folder / "home").mkdir()
    root = os.geteuid() == 0
    uid = NOBODY if root else os.geteuid()
    me = "" if root else subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    if root:
        folder.chmod(0o755)
        os.chown(folder / "home", NOBODY, NOBODY)
    names = {"internal": me or "dovecot", "login": me or "dovenull", "uid": uid, "gid": uid}
    config = CONFIG.format(folder=folder, plain=server.plain, tls=server.tls, **names)
    (folder / "dovecot.conf").write_text(config)


def _wait(server: ImapServer) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            return server.deliver()
        except OSError:
            if time.monotonic() > deadline:
                raise AssertionError((server.folder / "log").read_text()) from None
            time.sleep(0.1)
