//! Signed tags and Message-IDs (DESIGN.md 7.13), from keys that are given. In: what a token stands for; out: text
//! that survives mail servers, and the proof that we wrote it. Invariant: nothing is believed before the HMAC held.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::id::SubjectId;

/// What a token is for; one purpose's token never passes for another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Envelope sender (VERP): names a delivery.
    Bounce,
    /// Reply-To: names a letter.
    Reply,
    /// In a request for a decision: names its letter, and the one person who may answer.
    Decision,
    /// ORGANIZER of an invitation: names the letter that was the first, and whom it went to.
    Organizer,
    /// Local part of our Message-ID.
    MessageId,
    /// Stands for a User where members of the SSC read.
    Pseudonym,
}

impl Purpose {
    fn letter(self) -> char {
        match self {
            Self::Bounce => 'b',
            Self::Reply => 'r',
            Self::Decision => 'd',
            Self::Organizer => 'o',
            Self::MessageId => 'm',
            Self::Pseudonym => 'p',
        }
    }
}

/// The installation's signing keys, oldest first. Rotation adds a key and removes none.
#[derive(Clone)]
pub struct Keys {
    pub installation: String,
    pub keys: Vec<[u8; 32]>,
}

impl Keys {
    /// Of an installation that has none yet.
    #[must_use]
    pub fn none() -> Self {
        Self { installation: String::new(), keys: Vec::new() }
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("n_keys", &self.keys.len()).finish_non_exhaustive()
    }
}

/// What a token vouches for, beside its purpose and its id.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    pub subject: &'a SubjectId,
    /// The subject's version when the letter was decided.
    pub version: i64,
    /// The recipient's address, in lower case; empty for a Message-ID.
    pub recipient: &'a str,
}

/// A token that was read and not yet verified: good for looking up, for nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unverified {
    pub purpose: Purpose,
    pub id: i64,
    key: u8,
    mac: [u8; 10],
}

/// The header in which a letter of ours repeats its Message-ID: whoever finds one that [`Keys::wrote`] knows has our
/// own mail come back.
pub const MARK_HEADER: &str = "X-Sscd";

/// 33 million: of a thousand Users hardly two share one.
const PSEUDONYM_LEN: usize = 5;
const ID_LEN: usize = 5;
const MAC_LEN: usize = 10;

impl Keys {
    /// 27 characters of lower-case base32: purpose, key id, id (at most 2^40 - 1), 80 bits of HMAC-SHA-256.
    #[must_use]
    pub fn tag(&self, purpose: Purpose, id: i64, claim: Claim<'_>) -> String {
        let key = u8::try_from(self.keys.len().saturating_sub(1)).unwrap_or(u8::MAX);
        let mut bytes = vec![key];
        bytes.extend(id.to_be_bytes().iter().skip(8 - ID_LEN));
        bytes.extend(self.mac(key, purpose, id, claim));
        format!("{}{}", purpose.letter(), BASE32_NOPAD.encode(&bytes).to_lowercase())
    }

    /// Reads a tag, without regard to case; `None` when it has not our form.
    #[must_use]
    pub fn read(text: &str) -> Option<Unverified> {
        let mut chars = text.chars();
        let purpose = match chars.next()?.to_ascii_lowercase() {
            'b' => Purpose::Bounce,
            'r' => Purpose::Reply,
            'd' => Purpose::Decision,
            'o' => Purpose::Organizer,
            _ => return None,
        };
        let bytes = BASE32_NOPAD.decode(chars.as_str().to_ascii_uppercase().as_bytes()).ok()?;
        let (key, rest) = bytes.split_first()?;
        let (id, mac) = rest.split_at_checked(ID_LEN)?;
        let id = id.iter().fold(0_i64, |id, byte| id << 8 | i64::from(*byte));
        Some(Unverified { purpose, id, key: *key, mac: mac.try_into().ok()? })
    }

    /// Did we sign this, for that? Compared in constant time.
    #[must_use]
    pub fn holds(&self, token: &Unverified, claim: Claim<'_>) -> bool {
        usize::from(token.key) < self.keys.len()
            && bool::from(self.mac(token.key, token.purpose, token.id, claim).ct_eq(&token.mac))
    }

    /// The Message-ID, without angle brackets, of letter `ordinal` of a subject's version: the same letter always
    /// has the same.
    #[must_use]
    pub fn message_id(&self, claim: Claim<'_>, ordinal: i64, domain: &str) -> String {
        let key = u8::try_from(self.keys.len().saturating_sub(1)).unwrap_or(u8::MAX);
        let mac = BASE32_NOPAD.encode(&self.mac(key, Purpose::MessageId, ordinal, claim)).to_lowercase();
        format!("{}.{}.{ordinal}.{mac}@{domain}", claim.subject.0.to_lowercase(), claim.version)
    }

    /// Stands for a User, always the same one: five characters of the first key's MAC, so that it outlives rotation.
    #[must_use]
    pub fn pseudonym(&self, user: &str) -> String {
        self.pseudonym_of(user, PSEUDONYM_LEN)
    }

    /// The same with more characters behind it.
    #[must_use]
    pub fn pseudonym_of(&self, user: &str, len: usize) -> String {
        let subject = SubjectId(user.to_owned());
        let mac = self.mac(0, Purpose::Pseudonym, 0, Claim { subject: &subject, version: 0, recipient: "" });
        BASE32_NOPAD.encode(&mac).chars().take(len).collect()
    }

    /// Is this Message-ID, without angle brackets, one that [`Keys::message_id`] made? Our letters repeat it in a
    /// header of their own ([`MARK_HEADER`]), because some servers rewrite Message-ID.
    #[must_use]
    pub fn wrote(&self, message_id: &str) -> bool {
        self.wrote_it(message_id).unwrap_or(false)
    }

    fn wrote_it(&self, message_id: &str) -> Option<bool> {
        let (local, _) = message_id.rsplit_once('@')?;
        let [mac, ordinal, version, subject]: [&str; 4] =
            local.rsplitn(4, '.').collect::<Vec<_>>().try_into().ok()?;
        let mac = BASE32_NOPAD.decode(mac.to_ascii_uppercase().as_bytes()).ok()?;
        let subject = SubjectId(subject.into());
        let claim = Claim { subject: &subject, version: version.parse().ok()?, recipient: "" };
        let ordinal = ordinal.parse().ok()?;
        let keys = 0..u8::try_from(self.keys.len()).unwrap_or(u8::MAX);
        Some(
            keys.rev().any(|key| {
                bool::from(self.mac(key, Purpose::MessageId, ordinal, claim).as_slice().ct_eq(&mac))
            }),
        )
    }

    fn mac(&self, key: u8, purpose: Purpose, id: i64, claim: Claim<'_>) -> [u8; MAC_LEN] {
        let secret = self.keys.get(usize::from(key)).copied().unwrap_or_default();
        let mut out = [0; MAC_LEN];
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&secret) else { return out };
        let recipient = claim.recipient.to_lowercase();
        let subject = claim.subject.0.to_lowercase();
        for part in [
            self.installation.as_bytes(),
            &[purpose.letter() as u8],
            subject.as_bytes(),
            &claim.version.to_be_bytes(),
            &id.to_be_bytes(),
            recipient.as_bytes(),
        ] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        for (to, from) in out.iter_mut().zip(mac.finalize().into_bytes()) {
            *to = from;
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(n: u8) -> Keys {
        Keys { installation: "test".into(), keys: (1..=n).map(|k| [k; 32]).collect() }
    }

    #[test]
    fn a_tag_comes_back_whatever_its_case_and_outlives_rotation() {
        let subject = SubjectId("SUS-2026-0001".into());
        let claim = Claim { subject: &subject, version: 3, recipient: "Ann@power.test" };
        let tag = keys(1).tag(Purpose::Bounce, 1 << 39, claim);
        assert!(tag.len() <= 64 - "bounces+".len(), "{tag}");
        let read = Keys::read(&tag.to_uppercase()).unwrap();
        assert_eq!(read.id, 1 << 39);
        assert!(keys(2).holds(&read, Claim { recipient: "ANN@power.test", ..claim }));
    }

    #[test]
    fn a_message_id_is_known_as_ours_whatever_its_case_and_outlives_rotation() {
        let subject = SubjectId("SUS-2026-0001".into());
        let claim = Claim { subject: &subject, version: 3, recipient: "" };
        let id = keys(1).message_id(claim, 0, "sec.test");
        assert!(keys(1).wrote(&id), "{id}");
        assert!(keys(2).wrote(&id.to_uppercase()));
        let other = Keys { installation: "another".into(), ..keys(1) };
        for (keys, id) in [
            (&other, id.as_str()),
            (&keys(1), &id.replace(".3.0.", ".3.1.")),
            (&keys(1), &id.replace("0001", "0002")),
            (&keys(1), "sus-2026-0001.3.0.@sec.test"),
            (&keys(1), "0001@sec.test"),
            (&keys(1), ""),
        ] {
            assert!(!keys.wrote(id), "{id}");
        }
    }

    #[test]
    fn a_tag_holds_for_its_own_claim_only() {
        let subject = SubjectId("SUS-2026-0001".into());
        let other = SubjectId("SUS-2026-0002".into());
        let claim = Claim { subject: &subject, version: 3, recipient: "ann@power.test" };
        let tag = keys(1).tag(Purpose::Reply, 7, claim);
        let read = Keys::read(&tag).unwrap();
        assert!(!keys(1).holds(&read, Claim { subject: &other, ..claim }));
        assert!(!keys(1).holds(&read, Claim { version: 4, ..claim }));
        assert!(!keys(1).holds(&read, Claim { recipient: "bob@power.test", ..claim }));
        let forged = Keys::read(&format!("b{}", &tag[1..])).unwrap();
        assert!(!keys(1).holds(&forged, claim), "another purpose");
        assert_eq!(Keys::read("r"), None);
        assert_eq!(Keys::read("news"), None);
        assert_eq!(Keys::read(&tag[..20]), None);
    }
}
