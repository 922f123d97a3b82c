//! TLS as rustls does it, with ring. In: the certificate authorities to trust; out: a connector. Invariant: a
//! certificate that cannot be verified is never accepted, and there is no switch that says otherwise.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{self, ClientConfig, ClientConnection, RootCertStore, crypto};

use crate::ports::Failure;

/// What was agreed upon with a server that was found trustworthy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    pub version: &'static str,
    /// Its own certificate, and those that lead to an authority.
    pub n_certificates: usize,
    /// Until when the first of them to end is valid.
    pub until: Option<DateTime<Utc>>,
}

impl Tls {
    pub(super) fn of(connection: &ClientConnection) -> Self {
        let chain = connection.peer_certificates().unwrap_or_default();
        let version = connection.protocol_version().and_then(|version| version.as_str());
        Self {
            version: version.unwrap_or("TLS"),
            n_certificates: chain.len(),
            until: chain.iter().filter_map(|certificate| until(certificate)).min(),
        }
    }
}

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The end of a certificate's validity (RFC 5280 4.1): of all its fields, this one alone begins with a time.
fn until(certificate: &[u8]) -> Option<DateTime<Utc>> {
    let (_, certificate, _) = element(certificate)?;
    let (_, mut fields, _) = element(certificate)?;
    loop {
        let (tag, content, rest) = element(fields)?;
        if tag == SEQUENCE
            && let Some((UTC_TIME | GENERALIZED_TIME, _, end)) = element(content)
        {
            let (tag, text, _) = element(end)?;
            let text = std::str::from_utf8(text).ok()?;
            // RFC 5280 4.1.2.5.1: 50 is 1950.
            let century = if tag == GENERALIZED_TIME {
                ""
            } else if text < "50" {
                "20"
            } else {
                "19"
            };
            let at = NaiveDateTime::parse_from_str(&format!("{century}{text}"), "%Y%m%d%H%M%SZ");
            return at.ok().map(|at| at.and_utc());
        }
        fields = rest;
    }
}

/// The first element of DER (X.690): its tag, its content, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let ([tag, length], mut rest) = der.split_first_chunk()?;
    let mut n = usize::from(*length);
    if n & 0x80 != 0 {
        let (octets, after) = rest.split_at_checked(n & 0x7f)?;
        n = octets.iter().try_fold(0_usize, |n, octet| Some(n.checked_mul(256)? + usize::from(*octet)))?;
        rest = after;
    }
    let (content, rest) = rest.split_at_checked(n)?;
    Some((*tag, content, rest))
}

/// Trusts the machine's authorities, or those of `ca_file` and no other.
///
/// # Errors
/// `Rejected` when there is nobody to trust.
pub fn connector(ca_file: Option<&Path>) -> Result<TlsConnector, Failure> {
    let config = match ca_file {
        Some(path) => private(path)?,
        None => public()?,
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, Failure> {
    ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::rejected(format!("TLS cannot be set up: {error}")))
}

fn public() -> Result<ClientConfig, Failure> {
    let with_verifier = builder()?.with_platform_verifier().map_err(|error| {
        Failure::rejected(format!(
            "the machine's certificate authorities cannot be read: {error}; install `ca-certificates`, or set `ca_file`"
        ))
    })?;
    Ok(with_verifier.with_no_client_auth())
}

fn private(path: &Path) -> Result<ClientConfig, Failure> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::rejected(format!(
            "ca_file {}: {error}; expected one or more certificates in PEM form",
            path.display()
        ))
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| unreadable(&error))? {
        let certificate = certificate.map_err(|error| unreadable(&error))?;
        roots.add(certificate).map_err(|error| unreadable(&error))?;
    }
    if roots.is_empty() {
        return Err(unreadable(&"no certificate found"));
    }
    Ok(builder()?.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_read() {
        for (year, expected) in [(2049, "2049-05-06T00:00:00+00:00"), (2051, "2051-05-06T00:00:00+00:00")] {
            let mut params = rcgen::CertificateParams::new(["mail.sec.test".to_owned()]).unwrap();
            params.not_after = rcgen::date_time_ymd(year, 5, 6);
            let certificate = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
            assert_eq!(until(certificate.der()).map(|at| at.to_rfc3339()).as_deref(), Some(expected));
        }
        assert_eq!(until(b"no certificate"), None);
        assert_eq!(until(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
