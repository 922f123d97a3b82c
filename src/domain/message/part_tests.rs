//! Parts of mails, sound and hostile.

use super::*;

/// Each part as `number kind[!] type body`; `!` marks what belongs to an attached message.
fn check(raw: &str, expected: &[&str]) {
    for raw in [raw.to_owned(), raw.replace('\n', "\r\n")] {
        let parts = split(raw.as_bytes());
        let show = |(index, part): (usize, &Part<'_>)| {
            let body = String::from_utf8_lossy(part.body).replace('\r', "").replace('\n', "/");
            let body =
                if matches!(part.kind, Kind::Multipart | Kind::Message) { String::new() } else { body };
            format!(
                "{index} {:?}{} {} {body}",
                part.kind,
                if part.is_attached { "!" } else { "" },
                part.media_type()
            )
        };
        let found: Vec<_> = parts.list.iter().enumerate().map(show).collect();
        assert_eq!(found, expected, "{raw}");
    }
}

#[test]
fn a_plain_mail_is_one_part() {
    check("A: 1\n\none\ntwo\n", &["0 Leaf text/plain one/two/"]);
    check("", &["0 Leaf text/plain "]);
    check("Content-Type: text\n\n--x\n", &["0 Leaf text/plain --x/"]);
}

#[test]
fn parts_are_numbered_depth_first() {
    check(
        "Content-Type: multipart/mixed; boundary=\"a\"\n\npreamble\n--a\nContent-Type: multipart/alternative; boundary=ab\n\n\
         --ab\n\none\n--ab\nContent-Type: text/html\n\n<p>\n--ab--\nepilogue\n--a \n\nlast\n\n--a--\nnever\n",
        &[
            "0 Multipart multipart/mixed ",
            "1 Multipart multipart/alternative ",
            "2 Leaf text/plain one",
            "3 Leaf text/html <p>",
            "4 Leaf text/plain last/",
        ],
    );
}

#[test]
fn an_attached_message_is_counted_and_marked() {
    check(
        "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: message/rfc822\n\nSubject: inner\n\
         Content-Type: multipart/mixed; boundary=b\n\n--b\n\ninner\n--a\n\nouter\n--a--\n",
        &[
            "0 Multipart multipart/mixed ",
            "1 Message message/rfc822 ",
            "2 Multipart! multipart/mixed ",
            "3 Leaf! text/plain inner",
            "4 Leaf text/plain outer",
        ],
    );
    check(
        "Content-Type: multipart/digest; boundary=a\n\n--a\n\nSubject: inner\n\nhello\n--a--\n",
        &["0 Multipart multipart/digest ", "1 Message message/rfc822 ", "2 Leaf! text/plain hello"],
    );
}

#[test]
fn broken_structure_loses_no_text() {
    // The end is missing.
    check(
        "Content-Type: multipart/mixed; boundary=a\n\n--a\n\none\n",
        &["0 Multipart multipart/mixed ", "1 Leaf text/plain one/"],
    );
    // No part at all, and no boundary at all.
    check("Content-Type: multipart/mixed; boundary=a\n\nall text\n", &["0 Broken multipart/mixed all text/"]);
    check("Content-Type: multipart/mixed\n\nall text\n", &["0 Broken multipart/mixed all text/"]);
    // A boundary line where headers should be.
    check(
        "Content-Type: multipart/mixed; boundary=a\n\n--a\n--a\n\ntwo\n--a--\n",
        &["0 Multipart multipart/mixed ", "1 Leaf text/plain two"],
    );
    // The inner multipart is cut off by the outer boundary.
    check(
        "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=b\n\nlost\n--a\n\ntwo\n--a--\n",
        &["0 Multipart multipart/mixed ", "1 Broken multipart/mixed lost", "2 Leaf text/plain two"],
    );
    // What only looks like a boundary is text.
    check(
        "Content-Type: multipart/mixed; boundary=a\n\n--a\n\n--ab\nx --a\n--a-- y\n--a--\n",
        &["0 Multipart multipart/mixed ", "1 Leaf text/plain --ab/x --a/--a-- y"],
    );
}

#[test]
fn an_attached_message_ends_with_its_container() {
    let raw = "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: message/rfc822\n\nS: x\n\nin\n--a--\n";
    let parts = split(raw.as_bytes());
    assert_eq!(parts.list[1].body, b"S: x\n\nin");
}

#[test]
fn parts_depth_and_headers_are_bounded() {
    let level = |n: u32| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n");
    let nested = (0..10_000).map(level).collect::<Vec<_>>().concat();
    let parts = split(nested.as_bytes());
    assert!(parts.list.len() <= limit::DEPTH + 1, "{}", parts.list.len());
    assert!(parts.over.is_some());

    let messages = "Content-Type: message/rfc822\n\n".repeat(10_000);
    let parts = split(messages.as_bytes());
    assert_eq!((parts.list.len(), parts.over.is_some()), (limit::DEPTH + 1, true));

    let flat = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(10_000));
    let parts = split(flat.as_bytes());
    assert_eq!((parts.list.len(), parts.over.is_some()), (limit::PARTS, true));

    let headers = format!("{}\nbody", "X-A: 1\n".repeat(1_000_000));
    let parts = split(headers.as_bytes());
    assert_eq!(parts.list[0].headers.iter().count(), limit::HEADERS);
    assert_eq!(parts.list[0].body, b"body");
}
