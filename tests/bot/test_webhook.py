"""The recipe of docs/webhook.md: a proxy with a certificate before the bot, as the internet meets it."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot import webhook
from bot.simulator.telegram import Telegram
from tests.machines import free_port
from tests.talk import Running, running

PAGE = (Path(__file__).parents[2] / "docs" / "webhook.md").read_text("utf-8")
HOST = "shop.example.com"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")

pytestmark = pytest.mark.skipif(NGINX is None, reason="NO NGINX IS INSTALLED: the recipe is not tried")


@dataclass
class Street:
    """The bot behind its proxy, and whoever comes along from outside."""

    bot: Running
    client: httpx.AsyncClient
    address: str

    async def knock(self, content: bytes, secret: str | None = None, path: str = "/telegram") -> int:
        headers = {"Host": HOST, "Content-Type": "application/json", **({webhook.HEADER: secret} if secret else {})}
        return (await self.client.post(self.address + path, content=content, headers=headers)).status_code

    async def bring(self, times: int = 1) -> int:
        """Bring the oldest waiting update, as Telegram would, as often as that; the last status."""
        update = await self.bot.telegram.updates.first()
        for _ in range(times):
            response = await self.client.post(
                f"{self.address}/telegram",
                json=update,
                headers={"Host": HOST, webhook.HEADER: self.bot.telegram.webhook_secret},
            )
        if response.is_success:
            self.bot.telegram.updates.confirm(update["update_id"])
            await self.bot.settled()
        return response.status_code


def certificate(folder: Path) -> Path:
    """A certificate of nobody but itself, its key beside it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string(f"CN={HOST}")
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "fullchain.pem"


@contextlib.asynccontextmanager
async def proxy(folder: Path, port: int, behind: int) -> AsyncIterator[None]:
    """nginx with the page's own words, on free ports of this machine."""
    assert NGINX is not None
    (recipe,) = re.findall(r"```nginx\n(.*?)```", PAGE, re.DOTALL)
    recipe = recipe.replace("listen 443", f"listen 127.0.0.1:{port}").replace("127.0.0.1:8443", f"127.0.0.1:{behind}")
    recipe = recipe.replace(f"/etc/letsencrypt/live/{HOST}", str(folder))
    temporary = "".join(
        f"{what}_temp_path {folder}/{what};" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/errors; worker_processes 1; user root;\n"
        f"events {{}}\nhttp {{ {temporary}\n{recipe} }}\n"
    )
    process = await asyncio.create_subprocess_exec(
        NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), stderr=subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(20):
            while True:
                with contextlib.suppress(OSError):
                    (await asyncio.open_connection("127.0.0.1", port))[1].close()
                    break
                assert process.returncode is None, (folder / "errors").read_text()
                await asyncio.sleep(0.05)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    port, behind = free_port(), free_port()
    trusted = ssl.create_default_context(cafile=str(certificate(tmp_path)))
    # The name is the certificate's, the address this machine's.
    trusted.check_hostname = False
    telegram = Telegram()
    async with (
        proxy(tmp_path, port, behind),
        httpx.AsyncClient(verify=trusted, trust_env=False) as client,
        running(
            tmp_path / "data", telegram, webhook=f"https://{HOST}/telegram", webhook_listen=f"127.0.0.1:{behind}"
        ) as bot,
    ):
        yield Street(bot, client, f"https://127.0.0.1:{port}")


async def test_an_update_that_is_brought_three_times_is_answered_once(street: Street) -> None:
    ann = street.bot.person()
    ann.person.say("/help")
    assert await street.bring(times=3) == 200
    assert len([message for message in ann.messages if message.from_bot]) == 1


async def test_who_has_the_wrong_secret_path_method_or_size_is_turned_away(street: Street) -> None:
    ann = street.bot.person()
    ann.person.say("/help")
    secret = street.bot.telegram.webhook_secret
    assert await street.knock(b"{}") == 403
    assert await street.knock(b"{}", "guessed") == 403
    assert await street.knock(b"{}", secret, "/") == 404
    assert await street.knock(b"{}", secret, "/telegram/more") == 404
    assert await street.knock(b" " * (webhook.LARGEST_BODY + 1), secret) == 413
    assert (await street.client.get(f"{street.address}/telegram", headers={"Host": HOST})).status_code == 403
    assert not [message for message in ann.messages if message.from_bot]
    assert await street.bring() == 200


async def test_while_the_bot_is_away_the_proxy_says_so_and_telegram_keeps_the_message(tmp_path: Path) -> None:
    certificate(tmp_path)
    port = free_port()
    async with (
        proxy(tmp_path, port, free_port()),
        httpx.AsyncClient(verify=False, trust_env=False) as client,
    ):
        answer = await client.post(f"https://127.0.0.1:{port}/telegram", content=b"{}", headers={"Host": HOST})
    assert answer.status_code == 502
