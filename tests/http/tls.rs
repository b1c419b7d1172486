//! Certificates: the good one works, each bad one says what is wrong with it.

use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use openimis_conformance::http::{Client, Exchange, FailureKind, RequestSpec};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::servers::{Act, Server, read_request, response};
use crate::{answered, failed, options, says};

/// An authority of our own and the PEM file that makes it known.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    file: tempfile::NamedTempFile,
}

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("params");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("key");
    let certificate = params.self_signed(&key).expect("certificate");
    let mut file = tempfile::NamedTempFile::new().expect("file");
    file.write_all(certificate.pem().as_bytes()).expect("write");
    Authority {
        issuer: Issuer::new(params, key),
        file,
    }
}

/// A server certificate for `127.0.0.1`, changed by the test and then signed.
fn leaf(
    authority: Option<&Authority>,
    change: impl FnOnce(&mut CertificateParams),
) -> (Certificate, KeyPair) {
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("params");
    change(&mut params);
    let key = KeyPair::generate().expect("key");
    let certificate = match authority {
        Some(authority) => params.signed_by(&key, &authority.issuer),
        None => params.self_signed(&key),
    };
    (certificate.expect("certificate"), key)
}

/// Serves `{}` over TLS with that certificate; returns its address.
fn serve((certificate, key): (Certificate, KeyPair)) -> String {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .expect("config");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = listener.local_addr().expect("bound");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("connection");
            let mut stream = StreamOwned::new(connection, stream);
            if read_request(&mut stream).is_some() {
                let _ = stream.write_all(response("200 OK", "", "{}").as_bytes());
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    format!("https://{address}/fhir/")
}

async fn ask(base: &str, authority: Option<&Authority>) -> Exchange {
    let mut options = options(base);
    options.timeout = Duration::from_secs(3);
    options.connect_timeout = Duration::from_secs(2);
    options.ca_file = authority.map(|authority| authority.file.path().to_owned());
    let client = Client::new(options).expect("a client");
    client.send(RequestSpec::get("t#1", "x")).await
}

#[tokio::test]
async fn a_known_authority_is_trusted() {
    let authority = authority();
    let base = serve(leaf(Some(&authority), |_| {}));
    let exchange = ask(&base, Some(&authority)).await;
    assert_eq!(answered(&exchange, 200).body, "{}");
}

#[tokio::test]
async fn an_unknown_authority_is_not() {
    let authority = authority();
    let base = serve(leaf(Some(&authority), |_| {}));
    let exchange = ask(&base, None).await;
    says(
        &failed(&exchange, FailureKind::Tls).message,
        &["issuer", "--ca"],
    );
}

#[tokio::test]
async fn a_self_signed_certificate_says_so() {
    for is_ca in [IsCa::NoCa, IsCa::Ca(BasicConstraints::Unconstrained)] {
        let base = serve(leaf(None, |params| params.is_ca = is_ca));
        let exchange = ask(&base, None).await;
        says(
            &failed(&exchange, FailureKind::Tls).message,
            &["self-signed", "--ca"],
        );
    }
}

#[tokio::test]
async fn an_expired_certificate_says_so() {
    let authority = authority();
    let base = serve(leaf(Some(&authority), |params| {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    }));
    let exchange = ask(&base, Some(&authority)).await;
    says(
        &failed(&exchange, FailureKind::Tls).message,
        &["expired", "renew"],
    );
}

#[tokio::test]
async fn a_certificate_of_the_future_says_so() {
    let authority = authority();
    let base = serve(leaf(Some(&authority), |params| {
        params.not_before = date_time_ymd(2090, 1, 1);
        params.not_after = date_time_ymd(2091, 1, 1);
    }));
    let exchange = ask(&base, Some(&authority)).await;
    says(
        &failed(&exchange, FailureKind::Tls).message,
        &["not valid yet", "clock"],
    );
}

#[tokio::test]
async fn a_certificate_for_another_name_says_so() {
    let authority = authority();
    let certificate = leaf(Some(&authority), |params| {
        *params = CertificateParams::new(vec!["imis.example".to_owned()]).expect("params");
    });
    let base = serve(certificate);
    let exchange = ask(&base, Some(&authority)).await;
    says(
        &failed(&exchange, FailureKind::Tls).message,
        &["another name", "127.0.0.1"],
    );
}

#[tokio::test]
async fn tls_where_there_is_none_says_so() {
    // A plain server that waited for the end of the request would never answer a handshake.
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = listener.local_addr().expect("bound");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
            thread::sleep(Duration::from_millis(100));
        }
    });
    let exchange = ask(&format!("https://{address}/"), None).await;
    says(
        &failed(&exchange, FailureKind::Tls).message,
        &["does not speak TLS", "http://"],
    );
}

#[tokio::test]
async fn a_handshake_that_stalls_is_a_timeout() {
    let server = Server::start(|_, _| vec![Act::Wait(5_000)]);
    let base = server.base.replace("http:", "https:");
    let exchange = ask(&base, None).await;
    says(
        &failed(&exchange, FailureKind::Timeout).message,
        &["no connection", "firewall"],
    );
}

#[test]
fn a_ca_file_without_certificates_is_refused() {
    let mut file = tempfile::NamedTempFile::new().expect("file");
    file.write_all(b"hello").expect("write");
    let mut options = options("https://127.0.0.1/");
    options.ca_file = Some(file.path().to_owned());
    let error = Client::new(options.clone())
        .err()
        .expect("refused")
        .to_string();
    says(&error, &["no usable certificate", "BEGIN CERTIFICATE"]);
    options.ca_file = Some("no/such/file.pem".into());
    let error = Client::new(options).err().expect("refused").to_string();
    says(&error, &["no/such/file.pem"]);
}
