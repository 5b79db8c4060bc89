"""Judges what wirewatch sent with programs that are not wirewatch's.

    python3 verify.py webhook REQUEST SECRET [SECRET…]   a whole HTTP request, as it was received
    python3 verify.py mail MAIL EXPECTED                 a mail after the SMTP dialogue, and JSON:
                                                         {"subject", "headers": […], "text", "html"}

`webhook` needs the package `standardwebhooks`. Exit code 0: sound; 1: not, with the reason.
"""
import email
import email.policy
import json
import sys


def webhook(path, *secrets):
    from standardwebhooks import Webhook, WebhookVerificationError

    head, body = open(path, "rb").read().split(b"\r\n\r\n", 1)
    lines = head.decode("ascii").split("\r\n")[1:]
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    for secret in secrets:
        told = Webhook(secret).verify(body, headers)
        assert told == json.loads(body), "the verified body is another"
        for altered in (body + b" ", body.replace(b'"', b"'", 1), b"{}"):
            try:
                Webhook(secret).verify(altered, headers)
            except WebhookVerificationError:
                continue
            raise AssertionError(f"an altered body passed: {altered[:60]!r}")
        for name in ("webhook-id", "webhook-timestamp"):
            try:
                Webhook(secret).verify(body, {**headers, name: "1"})
            except WebhookVerificationError:
                continue
            raise AssertionError(f"an altered {name} passed")
    alerts = told["data"].get("alerts", [told["data"]])
    assert all(alert["id"] for alert in alerts), "an alert without an id"


def mail(path, expected):
    raw = open(path, "rb").read()
    wanted = json.load(open(expected, encoding="utf-8"))
    assert b"\0" not in raw, "NUL"
    assert b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b""), "bare line end"
    assert max(map(len, raw.split(b"\r\n"))) <= 998, "a line over 998"
    found = email.message_from_bytes(raw, policy=email.policy.SMTP)
    assert found.keys() == wanted["headers"], found.keys()
    assert found["subject"] == wanted["subject"], found["subject"]
    assert not found.defects, found.defects
    assert found.get_content_type() == "multipart/alternative"
    text, html = found.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    for part, name in ((text, "text"), (html, "html")):
        assert not part.defects, part.defects
        assert part["content-transfer-encoding"] in ("quoted-printable", "base64")
        assert wanted[name] in part.get_content(), f"{wanted[name]!r} is not in the {name}"


if __name__ == "__main__":
    {"webhook": webhook, "mail": mail}[sys.argv[1]](*sys.argv[2:])
