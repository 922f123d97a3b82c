"""An SMTP server for the tests: takes letters, writes each down, delivers by LMTP, and fails where it is told to.

Prints `ready`, then obeys lines on stdin, answering each with `ok`: `fault STAGE TIMES REPLY` with a stage of mail,
rcpt, data, after, drop (after the letter is taken and before the answer) or slow (REPLY: seconds), and `clear`.
Ends when stdin ends.
"""

import argparse, asyncio, base64, functools, hashlib, hmac, json, re, smtplib, ssl, sys, time
from pathlib import Path

from aiosmtpd.smtp import MISSING, SMTP, AuthResult

options = argparse.ArgumentParser()
for name in ("port", "folder", "lmtp", "sender", "user", "password", "cert", "key", "dsn", "authserv", "token-key", "mechanism"):
    options.add_argument(f"--{name}")
options.add_argument("--pipelining", choices=("yes", "eager", "naive"))
options.add_argument("--security", choices=("plain", "starttls", "tls"), default="plain")
options = options.parse_args()

folder = Path(options.folder)
n_taken = sum(1 for _ in folder.glob("*.eml"))
n_connections = 0
fault = None  # [stage, times, reply]


def struck(stage):
    """The reply of the fault at this stage, once for each of its times."""
    global fault
    if fault is None or fault[0] != stage:
        return None
    reply = fault[2]
    fault[1] -= 1
    if fault[1] == 0:
        fault = None
    return reply


class Handler:
    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return responses[:-1] + (["250-DSN"] if options.dsn else []) + \
            (["250-PIPELINING"] if options.pipelining else []) + responses[-1:]

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        if reply := struck("mail"):
            return reply
        if options.sender and address != options.sender:
            return f"553 5.7.1 <{address}>: Sender address rejected: not owned by user secas"
        envelope.mail_from = address
        return "250 2.1.0 Ok"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if reply := struck("rcpt"):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        global n_taken
        if seconds := struck("slow"):
            await asyncio.sleep(float(seconds))
        if reply := struck("after"):
            return reply
        n_taken += 1
        number = n_taken
        if options.authserv:
            domain = envelope.mail_from.rpartition("@")[2]
            said = f"Authentication-Results: {options.authserv}; dmarc=pass header.from={domain}\r\n"
            envelope.original_content = said.encode() + envelope.original_content
        (folder / f"{number:06}.eml").write_bytes(envelope.original_content)
        with (folder / "taken.jsonl").open("a") as log:
            print(json.dumps({
                "number": number, "connection": server.number, "sender": envelope.mail_from,
                "recipients": envelope.rcpt_tos, "dsn": server.dsn, "login": bool(session.authenticated), "together": server.together,
                "at": time.time(),
            }), file=log)
        if options.lmtp:
            await asyncio.get_running_loop().run_in_executor(None, deliver, envelope)
        if struck("drop"):
            server.transport.abort()
            return "421 gone"
        return f"250 2.0.0 Ok: queued as {number}"

    async def auth_XOAUTH2(self, server, args):
        return await by_token(server, args, rb"user=([^\x01]*)\x01auth=Bearer ([^\x01]*)\x01\x01")

    async def auth_OAUTHBEARER(self, server, args):
        return await by_token(server, args, rb"n,a=([^,]*),\x01.*auth=Bearer ([^\x01]*)\x01\x01")


async def by_token(server, args, form):
    said = base64.b64decode(args[1]) if len(args) > 1 else await server.challenge_auth("")
    shown = said is not MISSING and re.fullmatch(form, said, re.DOTALL)
    good = bool(shown) and is_good(*(part.decode() for part in shown.groups()))
    if not good:
        await server.challenge_auth(json.dumps({"status": "401", "schemes": "bearer"}))
    return AuthResult(success=good, handled=False)


def is_good(user, token):
    """A JSON Web Token by our provider (HS256), for this user, that has not ended."""
    decode = lambda part: base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    try:
        signed, mark = token.rsplit(".", 1)
        claims = json.loads(decode(signed.split(".")[1]))
        known = hmac.new(options.token_key.encode(), signed.encode(), hashlib.sha256).digest()
        return hmac.compare_digest(known, decode(mark)) and claims["email"] == user and claims["exp"] > time.time()
    except (ValueError, KeyError, IndexError):
        return False


def deliver(envelope):
    host, port = options.lmtp.split(":")
    with smtplib.LMTP(host, int(port)) as lmtp:
        try:
            lmtp.sendmail(envelope.mail_from, envelope.rcpt_tos, envelope.original_content)
        except smtplib.SMTPRecipientsRefused:
            pass  # it lives elsewhere


class Server(SMTP):
    """aiosmtpd refuses the parameters of RFC 3461; here they are noted and taken off."""

    def __init__(self, *args, **keywords):
        super().__init__(*args, **keywords)
        self.dsn = []
        self.command_size_limits["AUTH"] = 12288  # RFC 4954 4

    def connection_made(self, transport):
        if not hasattr(self, "number"):
            global n_connections
            n_connections += 1
            self.number = n_connections
        super().connection_made(transport)

    def without_dsn(self, arg):
        if not (options.dsn and arg):
            return arg
        asked = r" (RET|ENVID|NOTIFY|ORCPT)=\S+"
        self.dsn += [found.group(0).strip() for found in re.finditer(asked, arg)]
        return re.sub(asked, "", arg)

    async def smtp_MAIL(self, arg):
        self.dsn = []
        self.together = bool(self._reader._buffer)
        await super().smtp_MAIL(self.without_dsn(arg))

    async def smtp_RCPT(self, arg):
        await super().smtp_RCPT(self.without_dsn(arg))

    async def smtp_DATA(self, arg):
        if reply := struck("data"):
            await self.push(reply)
        elif options.pipelining in ("eager", "naive") and not self.envelope.rcpt_tos:
            # It asks for a letter that nobody is to have.
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            while await self._reader.readline() != b".\r\n":
                pass
            eager = "554 5.5.1 Error: no valid recipients"
            await self.push(eager if options.pipelining == "eager" else "250 2.0.0 Ok: for nobody")
        else:
            await super().smtp_DATA(arg)


def authenticate(server, session, envelope, mechanism, data):
    good = data.login == options.user.encode() and data.password == options.password.encode()
    return AuthResult(success=good, handled=False)


async def obey():
    global fault
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        functools.partial(asyncio.StreamReaderProtocol, reader), sys.stdin)
    while line := (await reader.readline()).decode().strip():
        word, *rest = line.split(" ", 3)
        fault = [rest[0], int(rest[1]), rest[2]] if word == "fault" else None
        print("ok", flush=True)


async def main():
    context = None
    if options.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.key)
    keywords = dict(hostname="post.test", enable_SMTPUTF8=True, data_size_limit=None)
    if options.user:
        keywords |= dict(authenticator=authenticate, auth_exclude_mechanism=["XOAUTH2", "OAUTHBEARER"])
    if options.token_key:
        every = {"PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"}
        keywords |= dict(auth_exclude_mechanism=every - {options.mechanism or "XOAUTH2"})
    if options.user or options.token_key:
        keywords |= dict(auth_required=True, auth_require_tls=False)
    if options.security == "starttls":
        keywords |= dict(tls_context=context)
    server = await asyncio.get_running_loop().create_server(
        lambda: Server(Handler(), **keywords), "127.0.0.1", int(options.port),
        ssl=context if options.security == "tls" else None)
    print("ready", flush=True)
    await obey()
    server.close()


asyncio.run(main())
