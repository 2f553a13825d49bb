"""The group robots of WeCom (企业微信) and DingTalk (钉钉): an HTTP POST of JSON to the address of the robot.

The address holds the robot's secret: it stands in the settings, never in a row, and no error quotes it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
from typing import Any
from urllib.parse import quote, urlsplit

TIMEOUT_SECONDS = 10
MOST_ANSWER_BYTES = 64 * 1024


class UnableToSend(Exception):
    """The other side did not take the message; the text is for the operator and holds no secret."""


def wecom_payload(*, subject: str, body: str, is_markdown: bool) -> dict[str, Any]:
    """As 群机器人配置说明 asks: at most 2,048 bytes of text, 4,096 of Markdown; ours has 700 characters."""
    if is_markdown:
        return {"msgtype": "markdown", "markdown": {"content": f"**{subject}**\n{body}"}}
    return {"msgtype": "text", "text": {"content": _cut(f"{subject}\n{body}", 2048)}}


def dingtalk_payload(*, subject: str, body: str, is_markdown: bool) -> dict[str, Any]:
    """As 自定义机器人发送群消息 asks; the title is what the list of conversations shows."""
    if is_markdown:
        return {"msgtype": "markdown", "markdown": {"title": subject, "text": f"### {subject}\n\n{body}"}}
    return {"msgtype": "text", "text": {"content": f"{subject}\n{body}"}}


def _cut(text: str, most: int) -> str:
    data = text.encode()
    return text if len(data) <= most else data[: most - 3].decode(errors="ignore") + "…"


def signed(address: str, *, secret: str, milliseconds: int) -> str:
    """The address with moment and signature: base64 of HMAC-SHA-256 with the secret over «moment, line feed, secret»."""
    digest = hmac.digest(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256)
    sign = quote(base64.b64encode(digest), safe="")
    joint = "&" if urlsplit(address).query else "?"
    return f"{address}{joint}timestamp={milliseconds}&sign={sign}"


def post(address: str, payload: dict[str, Any]) -> None:
    """Sends a payload; redirections are not followed. Raises UnableToSend unless the answer says errcode 0."""
    parts = urlsplit(address)
    data = json.dumps(payload, ensure_ascii=False).encode()
    maker = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    link = maker(str(parts.hostname), parts.port, timeout=TIMEOUT_SECONDS)
    try:
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        link.request("POST", target, data, {"Content-Type": "application/json; charset=utf-8"})
        answer = link.getresponse()
        said = answer.read(MOST_ANSWER_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise UnableToSend(f"{parts.hostname}: {type(error).__name__}") from error
    finally:
        link.close()
    try:
        told = json.loads(said)
        code, reason = int(told["errcode"]), str(told.get("errmsg", ""))
    except (ValueError, TypeError, KeyError) as error:
        raise UnableToSend(f"{parts.hostname}: HTTP {answer.status}, no errcode") from error
    if answer.status != 200 or code:
        raise UnableToSend(f"{parts.hostname}: errcode {code} {reason[:100]}")
