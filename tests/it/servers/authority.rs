//! A certificate authority of the test's own, and a certificate for a server.

use std::path::PathBuf;
use std::time::SystemTime;

use sscd::adapters::clock::SystemClock;
use sscd::ports::Clock as _;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

#[derive(Debug)]
pub struct Authority {
    _folder: tempfile::TempDir,
    pub ca_file: PathBuf,
    pub cert_file: PathBuf,
    pub key_file: PathBuf,
}

impl Authority {
    /// An authority, and a certificate by it for `host`.
    pub fn with_certificate_for(host: &str) -> Self {
        Self::ending_in(host, 1_000)
    }

    /// The same, and the certificate ends in so many days.
    pub fn ending_in(host: &str, days: i64) -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([host.to_owned()]).unwrap();
        let ends = SystemTime::from(SystemClock.now() + chrono::TimeDelta::days(days));
        params.not_after = ends.into();
        let certificate = params.signed_by(&key, &issuer).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, pem: String| {
            let path = folder.path().join(name);
            std::fs::write(&path, pem).unwrap();
            super::process::PlainUser::own(&path);
            path
        };
        let ca_file = put("ca.pem", issuer.pem());
        let cert_file = put("cert.pem", certificate.pem());
        let key_file = put("key.pem", key.serialize_pem());
        super::process::PlainUser::own(folder.path());
        Self { _folder: folder, ca_file, cert_file, key_file }
    }
}
