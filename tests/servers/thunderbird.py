"""A real Thunderbird for a test: under an X server of its own, with one account, driven through its Marionette.

Says `ready`, then obeys lines on stdin, answering each with a line of JSON behind `answer `:
`open N` shows the N-th mail of the Inbox (its subject, what the bar of the invitation says, the buttons in it);
`press BUTTON` presses one there; `calendar WHEN` waits until the one entry of the calendar begins then (or, with `none`,
until there is none) and tells all entries as they then are; `picture FILE` lays down a picture of the window.
Ends both programs when stdin ends. Nothing is reached but loopback. Found with Thunderbird 153 (2026-11).
"""

import argparse
import base64
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

options = argparse.ArgumentParser()
for name in ("imap", "smtp", "marionette", "address", "name", "password", "folder"):
    options.add_argument(f"--{name}", required=True)
options = options.parse_args()
folder = Path(options.folder)

START_AT_MOST = 120
PREFERENCES = {
    "marionette.port": int(options.marionette),
    "mail.accountmanager.accounts": "account1,account2",
    "mail.accountmanager.defaultaccount": "account1",
    "mail.accountmanager.localfoldersserver": "server2",
    "mail.account.account1.identities": "id1",
    "mail.account.account1.server": "server1",
    "mail.account.account2.server": "server2",
    "mail.identity.id1.fullName": options.name,
    "mail.identity.id1.useremail": options.address,
    "mail.identity.id1.smtpServer": "smtp1",
    "mail.identity.id1.valid": True,
    "mail.identity.id1.fcc": False,
    "mail.server.server1.type": "imap",
    "mail.server.server1.hostname": "127.0.0.1",
    "mail.server.server1.port": int(options.imap),
    "mail.server.server1.userName": options.address,
    "mail.server.server1.name": options.address,
    "mail.server.server1.socketType": 0,
    "mail.server.server1.authMethod": 3,
    "mail.server.server1.login_at_startup": False,
    "mail.server.server1.check_new_mail": False,
    "mail.server.server2.type": "none",
    "mail.server.server2.hostname": "Local Folders",
    "mail.server.server2.userName": "nobody",
    "mail.server.server2.name": "Local Folders",
    "mail.smtpservers": "smtp1",
    "mail.smtp.defaultserver": "smtp1",
    "mail.smtpserver.smtp1.hostname": "127.0.0.1",
    "mail.smtpserver.smtp1.port": int(options.smtp),
    "mail.smtpserver.smtp1.authMethod": 1,
    "mail.smtpserver.smtp1.try_ssl": 0,
    "calendar.timezone.local": "Europe/London",
    "calendar.timezone.useSystemTimezone": False,
    # It asks and shows nothing of its own accord.
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.spotlight.firstRunDone": True,
    "mail.shell.checkDefaultClient": False,
    "mail.rights.version": 1,
    "mail.biff.show_alert": False,
    "mailnews.start_page.enabled": False,
    "mailnews.start_page_override.mstone": "ignore",
    "mail.inappnotifications.enabled": False,
    "calendar.alarms.show": False,
    # It asks nobody else for anything.
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.no_proxies_on": "127.0.0.1",
    "app.update.enabled": False,
    "app.update.auto": False,
    "app.normandy.enabled": False,
    "extensions.update.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.blocklist.enabled": False,
    "services.settings.server": "data:,",
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}

MODULES = """
const {MailServices} = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const {cal} = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const window3 = Services.wm.getMostRecentWindow("mail:3pane");
const pane = window3.document.getElementById("tabmail").currentAbout3Pane;
const message = () => pane.messageBrowser?.contentWindow;
const buttons = () => [...message().document.querySelectorAll("#imip-bar toolbarbutton[id]")]
    .filter(button => !button.hidden).map(button => button.id);
// Looks ten times a second, for 20 seconds at most.
const until = async isSo => {
    for (let n = 0; n < 200; n++) {
        if (isSo()) return true;
        await new Promise(done => window3.setTimeout(done, 100));
    }
    return false;
};
"""

# The calendar that a new profile has is off until somebody uses it, and answers for nobody.
SET_UP = """
const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
login.init("imap://127.0.0.1", null, "imap://127.0.0.1", args[0], args[1], "", "");
await Services.logins.addLoginAsync(login);
const [calendar] = cal.manager.getCalendars();
calendar.setProperty("disabled", false);
calendar.setProperty("imip.identity.key", "id1");
const server = MailServices.accounts.getAccount("account1").incomingServer;
server.performExpand(null);
await until(() => server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox));
pane.displayFolder(server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox).URI);
window3.resizeTo(1800, 1000);
return [server.type, calendar.type];
"""

OPEN = """
const inbox = MailServices.accounts.getAccount("account1").incomingServer.rootFolder
    .getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
const mails = () => [...inbox.messages].sort((a, b) => a.messageKey - b.messageKey);
await until(() => { inbox.updateFolder(null); return mails().length >= args[0]; });
const mail = mails()[args[0] - 1];
const row = () => pane.gDBView?.findIndexOfMsgHdr(mail, true) ?? nsMsgViewIndex_None;
const nsMsgViewIndex_None = 0xFFFFFFFF;
await until(() => row() != nsMsgViewIndex_None);
pane.threadTree.selectedIndex = row();
// These are there before anything was read, or stand for the mail that was shown before.
await until(() => message()?.gMessage === mail && buttons().some(id => !/More|GoToCalendar|Details/.test(id)));
return {
    subject: message().gMessage.mime2DecodedSubject,
    label: message().document.getElementById("imip-bar").getAttribute("label"),
    buttons: buttons(),
};
"""

PRESS = """
message().document.getElementById(args[0]).doCommand();
return {is_gone: await until(() => !buttons().includes(args[0]))};
"""

CALENDAR = """
const [calendar] = cal.manager.getCalendars();
const all = () => calendar.getItemsAsArray(Ci.calICalendar.ITEM_FILTER_ALL_ITEMS, 0, null, null);
let items = [];
let n_looks = 0;
const wanted = () => args[0] == "none" ? items.length == 0
    : items.length == 1 && cal.dtz.dateTimeToJsDate(items[0].startDate).toISOString() == new Date(args[0]).toISOString();
do {
    items = await all();
} while (!wanted() && n_looks++ < 200 && await new Promise(done => window3.setTimeout(() => done(true), 100)));
const instant = time => cal.dtz.dateTimeToJsDate(time).toISOString().replace(".000Z", "Z");
return items.map(item => ({
    uid: item.id, title: item.title, start: instant(item.startDate), end: instant(item.endDate), status: item.status,
    sequence: item.getProperty("SEQUENCE"), privacy: item.privacy,
    answer: item.getAttendees().find(one => one.id == "mailto:" + args[1])?.participationStatus,
}));
"""


class Marionette:
    """Its protocol: a length, a colon, and JSON; a request is [0, id, name, parameters], an answer [1, id, error, result]."""

    def __init__(self, thunderbird):
        end = time.monotonic() + START_AT_MOST
        while True:
            try:
                self.socket = socket.create_connection(("127.0.0.1", int(options.marionette)), timeout=START_AT_MOST)
                break
            except ConnectionRefusedError:
                if thunderbird.poll() is not None or time.monotonic() > end:
                    raise
                print("waits for Thunderbird", flush=True)
                time.sleep(0.5)
        self.file = self.socket.makefile("rb")
        self.read()
        self.n_asked = 0
        self.ask("WebDriver:NewSession", capabilities={})
        self.ask("Marionette:SetContext", value="chrome")
        self.ask("WebDriver:SetTimeouts", script=100_000)

    def read(self):
        length = b""
        while (byte := self.file.read(1)) != b":":
            if not byte:
                raise EOFError("Thunderbird has ended")
            length += byte
        return json.loads(self.file.read(int(length)))

    def ask(self, name, **parameters):
        self.n_asked += 1
        text = json.dumps([0, self.n_asked, name, parameters]).encode()
        self.socket.sendall(str(len(text)).encode() + b":" + text)
        _, _, error, result = self.read()
        if error:
            raise RuntimeError(f"{name}: {error['error']}: {error['message']}")
        return result

    def run(self, script, *args):
        whole = "const args = arguments; const done = args[args.length - 1]; (async () => {" + MODULES + script + \
            "})().then(value => done({value}), error => done({error: `${error} ${error.stack}`}));"
        said = self.ask("WebDriver:ExecuteAsyncScript", script=whole, args=list(args), newSandbox=True, sandbox="system")
        if "error" in said["value"]:
            raise RuntimeError(said["value"]["error"])
        return said["value"].get("value")


def obey(marionette):
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        match word:
            case "open":
                said = marionette.run(OPEN, int(rest))
            case "press":
                said = marionette.run(PRESS, rest)
            case "calendar":
                said = marionette.run(CALENDAR, rest, options.address)
            case "picture":
                picture = marionette.ask("WebDriver:TakeScreenshot", full=True, hash=False)["value"]
                Path(rest).write_bytes(base64.b64decode(picture))
                said = None
            case _:
                raise ValueError(f"unknown: {line}")
        print("answer", json.dumps(said), flush=True)


def end(process):
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main():
    profile, home = folder / "profile", folder / "home"
    profile.mkdir()
    home.mkdir()
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items())
    (profile / "user.js").write_text("".join(lines))
    told, teller = os.pipe()
    # They end with us, however we end.
    tied = ["setpriv", "--pdeathsig", "TERM", "--"]
    xvfb = subprocess.Popen(
        [*tied, "Xvfb", "-displayfd", str(teller), "-screen", "0", "1800x1000x24", "-nolisten", "tcp"],
        pass_fds=[teller], stderr=subprocess.DEVNULL)
    os.close(teller)
    with open(told) as display:
        environment = dict(os.environ, DISPLAY=":" + display.readline().strip(), HOME=str(home), TZ="Europe/London")
    thunderbird = None
    try:
        with (folder / "thunderbird.log").open("w") as log:
            thunderbird = subprocess.Popen(
                [*tied, "/usr/lib/thunderbird/thunderbird", "--profile", str(profile), "--no-remote", "--marionette",
                 "--remote-allow-system-access"], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        marionette = Marionette(thunderbird)
        print("set up:", marionette.run(SET_UP, options.address, options.password), flush=True)
        print("ready", flush=True)
        obey(marionette)
    finally:
        if thunderbird:
            end(thunderbird)
        end(xvfb)


main()
