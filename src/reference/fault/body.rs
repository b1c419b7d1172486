//! Faults of what resources hold.

use std::borrow::Cow;

use axum::http::StatusCode;
use serde_json::json;

use crate::json::Value;
use crate::reference::message::{Request, Response};
use crate::reference::tree::{
    Tree, array, at, from_json, get_mut, push_member, remove, set, string, walk_mut,
};

/// Calls the function on each resource the response carries: the body, or the Bundle's entries.
pub(super) fn each_resource(response: &mut Response, mut change: impl FnMut(&mut Tree)) {
    let Some(body) = response.resource_mut() else {
        return;
    };
    match body.str("resourceType") {
        Some("Bundle") => {
            if let Some(Value::Array(entries)) = get_mut(body, "entry").map(|it| &mut it.value) {
                entries
                    .iter_mut()
                    .filter_map(|entry| get_mut(entry, "resource"))
                    .for_each(&mut change);
            }
        }
        Some("OperationOutcome" | "CapabilityStatement") | None => {}
        Some(_) => change(body),
    }
}

fn capability_statement(response: &mut Response) -> Option<&mut Tree> {
    response
        .resource_mut()
        .filter(|tree| tree.str("resourceType") == Some("CapabilityStatement"))
}

pub(super) fn overstate(_: &Request, response: &mut Response) {
    if let Some(statement) = capability_statement(response) {
        walk_mut(statement, &mut |node| {
            if node.str("type") == Some("Patient")
                && let Some(Value::Array(codes)) =
                    get_mut(node, "interaction").map(|it| &mut it.value)
            {
                codes.push(from_json(json!({ "code": "delete" })));
            }
        });
    }
}

/// A parameter that works is not declared.
pub(super) fn hide_parameter(_: &Request, response: &mut Response) {
    if let Some(statement) = capability_statement(response) {
        walk_mut(statement, &mut |node| {
            if let Some(Value::Array(declared)) =
                get_mut(node, "searchParam").map(|it| &mut it.value)
            {
                declared.retain(|parameter| parameter.str("name") != Some("birthdate"));
            }
        });
    }
}

pub(super) fn invalid_metadata(_: &Request, response: &mut Response) {
    if let Some(statement) = capability_statement(response) {
        remove(statement, "status");
        remove(statement, "fhirVersion");
    }
}

pub(super) fn wrong_fhir_version(_: &Request, response: &mut Response) {
    if let Some(statement) = capability_statement(response) {
        set(statement, "fhirVersion", string("3.0.2"));
    }
}

pub(super) fn stack_trace(_: &Request, response: &mut Response) {
    let trace = "Traceback (most recent call last): File \"/srv/api/views.py\", line 88: SELECT * FROM \"tblInsuree\" WHERE";
    if let Some(Value::Array(issues)) = response
        .resource_mut()
        .and_then(|tree| get_mut(tree, "issue"))
        .map(|issues| &mut issues.value)
    {
        for issue in issues {
            set(issue, "diagnostics", string(trace));
        }
    }
}

pub(super) fn unknown_id_is_empty(request: &Request, response: &mut Response) {
    if response.status == StatusCode::NOT_FOUND && request.path.len() == 2 {
        let bundle = json!({ "resourceType": "Bundle", "type": "searchset", "total": 0 });
        response.status = StatusCode::OK;
        response.body = crate::reference::message::Body::Fhir(from_json(bundle));
    }
}

pub(super) fn drop_resource_type(_: &Request, response: &mut Response) {
    each_resource(response, |resource| {
        remove(resource, "resourceType");
    });
}

pub(super) fn wrong_id(request: &Request, response: &mut Response) {
    let is_instance = request.path.len() == 2 && request.path[1] != "_search";
    if is_instance && response.status == StatusCode::OK {
        each_resource(response, |resource| {
            set(resource, "id", string("another-id"))
        });
    }
}

pub(super) fn none_strings(_: &Request, response: &mut Response) {
    each_resource(response, |resource| {
        walk_mut(resource, &mut |node| {
            if node.get("given").is_some() {
                set(node, "family", string("None"));
            }
        });
    });
}

pub(super) fn null_member(_: &Request, response: &mut Response) {
    each_resource(response, |resource| {
        push_member(resource, "language", from_json(serde_json::Value::Null));
    });
}

pub(super) fn empty_array(_: &Request, response: &mut Response) {
    each_resource(response, |resource| {
        push_member(resource, "contained", array(Vec::new()));
    });
}

pub(super) fn unknown_element(_: &Request, response: &mut Response) {
    each_resource(response, |resource| {
        push_member(resource, "colour", string("red"));
    });
}

pub(super) fn drop_identifier(_: &Request, response: &mut Response) {
    each_resource(response, |resource| {
        remove(resource, "identifier");
    });
}

pub(super) fn wrong_code(_: &Request, response: &mut Response) {
    each_resource(response, |resource| {
        for name in ["gender", "status"] {
            if resource.get(name).is_some() {
                set(resource, name, string("fine"));
            }
        }
    });
}

pub(super) fn wrong_date_format(_: &Request, response: &mut Response) {
    each_resource(response, |resource| {
        let turned = resource
            .str("birthDate")
            .map(|date| date.split('-').rev().collect::<Vec<_>>().join("."));
        if let Some(turned) = turned {
            set(resource, "birthDate", string(turned));
        }
    });
}

pub(super) fn lose_precision(_: &Request, response: &mut Response) {
    each_resource(response, |resource| {
        walk_mut(resource, &mut |node| {
            if let Value::Number(text) = &mut node.value
                && text.contains('.')
            {
                let short = text.trim_end_matches('0').trim_end_matches('.').to_owned();
                *text = Cow::Owned(short);
            }
        });
    });
}

pub(super) fn mangle_text(_: &Request, response: &mut Response) {
    each_resource(response, |resource| {
        walk_mut(resource, &mut |node| {
            if let Value::String(text) = &mut node.value
                && !text.is_ascii()
            {
                let plain = |character: char| if character.is_ascii() { character } else { '?' };
                *text = Cow::Owned(text.chars().map(plain).collect());
            }
        });
    });
}

pub(super) fn dangle(_: &Request, response: &mut Response) {
    each_resource(response, |resource| {
        walk_mut(resource, &mut |node| {
            let dangling = node
                .str("reference")
                .and_then(|reference| reference.split_once('/'))
                .map(|(resource_type, _)| format!("{resource_type}/does-not-exist"));
            if let Some(dangling) = dangling {
                set(node, "reference", string(dangling));
            }
        });
    });
}

/// How many entries the Bundle has that the response carries.
pub(super) fn entry_count(response: &Response) -> usize {
    response
        .resource()
        .map(|tree| at(tree, "entry").len())
        .unwrap_or_default()
}

fn each_patient(response: &mut Response, change: impl Fn(&mut Tree)) {
    each_resource(response, |resource| {
        if resource.str("resourceType") == Some("Patient") {
            change(resource);
        }
    });
}

/// Conditions are declared that every request with one is refused for.
pub(super) fn declare_conditions(_: &Request, response: &mut Response) {
    if let Some(statement) = capability_statement(response) {
        walk_mut(statement, &mut |node| {
            if node.str("type") == Some("Patient") {
                set(node, "conditionalUpdate", from_json(json!(true)));
                set(node, "conditionalDelete", string("single"));
            }
        });
    }
}

/// Patient may not be created by an update, and Subscription may.
pub(super) fn swap_update_create(_: &Request, response: &mut Response) {
    if let Some(statement) = capability_statement(response) {
        walk_mut(statement, &mut |node| {
            let other = match node.str("type") {
                Some("Patient") => true,
                Some("Subscription") => false,
                _ => return,
            };
            if node.get("updateCreate").is_some() {
                set(node, "updateCreate", from_json(json!(other)));
            }
        });
    }
}

pub(super) fn duplicate_member(_: &Request, response: &mut Response) {
    each_patient(response, |patient| {
        push_member(patient, "language", string("en"));
        push_member(patient, "language", string("fr"));
    });
}

pub(super) fn text_for_flag(_: &Request, response: &mut Response) {
    each_patient(response, |patient| {
        set(patient, "multipleBirthBoolean", string("true"));
    });
}

pub(super) fn unsafe_narrative(_: &Request, response: &mut Response) {
    let div = "<div xmlns=\"http://www.w3.org/1999/xhtml\"><script>alert(1)</script></div>";
    each_patient(response, |patient| {
        let text = json!({ "status": "generated", "div": div });
        set(patient, "text", from_json(text));
    });
}

pub(super) fn lone_contained(_: &Request, response: &mut Response) {
    each_patient(response, |patient| {
        let lone = json!([{
            "resourceType": "Organization", "id": "lone_1", "meta": { "versionId": "1" }, "name": "x",
        }]);
        set(patient, "contained", from_json(lone));
    });
}

pub(super) fn unknown_modifier(_: &Request, response: &mut Response) {
    each_patient(response, |patient| {
        let modifier = json!([{ "url": "http://example.org/modifier", "valueBoolean": true }]);
        set(patient, "modifierExtension", from_json(modifier));
    });
}

pub(super) fn relative_extension(_: &Request, response: &mut Response) {
    each_patient(response, |patient| {
        if let Some(Value::Array(extensions)) =
            get_mut(patient, "extension").map(|it| &mut it.value)
        {
            extensions.push(from_json(json!({ "url": "nickname", "valueString": "x" })));
        }
    });
}
