//! A server and a logged-in client for one test.

use openimis_conformance::reference::{Fault, Options, PASSWORD, Server, USER};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

/// A running server with a client that holds a token.
pub struct Client {
    pub server: Server,
    pub http: reqwest::Client,
    pub token: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub async fn of(response: Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.expect("a body"),
        }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The first issue's code, of an OperationOutcome.
    pub fn issue(&self) -> String {
        let outcome = self.json();
        assert_eq!(outcome["resourceType"], "OperationOutcome", "{}", self.text);
        outcome["issue"][0]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// The ids of a searchset's matches.
    pub fn ids(&self) -> Vec<String> {
        let bundle = self.json();
        assert_eq!(bundle["resourceType"], "Bundle", "{}", self.text);
        bundle["entry"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|entry| entry["search"]["mode"] != "include")
            .map(|entry| {
                entry["resource"]["id"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect()
    }

    pub fn total(&self) -> u64 {
        self.json()["total"].as_u64().expect("a total")
    }

    pub fn link(&self, relation: &str) -> Option<String> {
        self.json()["link"]
            .as_array()?
            .iter()
            .find(|link| link["relation"] == relation)
            .and_then(|link| link["url"].as_str().map(str::to_owned))
    }
}

pub fn http() -> reqwest::Client {
    // Fails only if another test was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .expect("a client")
}

impl Client {
    pub async fn start() -> Self {
        Self::with(Options::default()).await
    }

    pub async fn with_fault(fault: Fault) -> Self {
        Self::with(Options::with_fault(fault)).await
    }

    async fn with(options: Options) -> Self {
        let server = Server::start(options).await.expect("a server");
        let http = http();
        let login = http
            .post(format!("{}login/", server.base_url()))
            .header("Content-Type", "application/json")
            .body(json!({ "username": USER, "password": PASSWORD }).to_string())
            .send()
            .await
            .expect("an answer");
        let answer = Answer::of(login).await.json();
        let token = answer["token"].as_str().unwrap_or_default().to_owned();
        Self {
            server,
            http,
            token,
        }
    }

    pub fn url(&self, path: &str) -> String {
        match path.starts_with("http://") {
            true => path.to_owned(),
            false => format!("{}{path}", self.server.base_url()),
        }
    }

    /// A request with the token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, self.url(path))
            .bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::of(request.send().await.expect("an answer")).await
    }

    /// A request with a resource, or with whatever text is given.
    pub fn write(&self, method: Method, path: &str, body: &str) -> RequestBuilder {
        self.request(method, path)
            .header("Content-Type", "application/fhir+json")
            .body(body.to_owned())
    }

    pub async fn create(&self, resource: &Value) -> Answer {
        let path = resource["resourceType"].as_str().expect("a type");
        self.send(self.write(Method::POST, path, &resource.to_string()))
            .await
    }

    /// A Patient of the seed.
    pub async fn some_patient(&self) -> Value {
        self.get("Patient?family=Marsh&given=Anwen").await.json()["entry"][0]["resource"].clone()
    }

    /// The same, for many at once.
    pub async fn new_patient_owned(&self, code: String) -> Value {
        self.new_patient(&code).await
    }

    /// A Patient as it could be created, with that code.
    pub async fn new_patient(&self, code: &str) -> Value {
        let mut patient =
            self.get("Patient?family=Marsh&given=Idris").await.json()["entry"][0]["resource"]
                .clone();
        let members = patient.as_object_mut().expect("an object");
        members.remove("id");
        members.remove("meta");
        patient["identifier"]
            .as_array_mut()
            .expect("identifiers")
            .truncate(1);
        patient["identifier"][0]["value"] = json!(code);
        patient["extension"]
            .as_array_mut()
            .expect("extensions")
            .truncate(1);
        patient
    }
}
