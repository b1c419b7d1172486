//! Carrying out the faults that are switched on, in the order of their table.

use std::collections::BTreeSet;

use super::{Fault, Hook};
use crate::reference::message::{Request, Response};
use crate::reference::service::Settings;

/// The faults that are switched on.
#[derive(Debug, Default)]
pub(in crate::reference) struct Faults(BTreeSet<Fault>);

impl Faults {
    pub(in crate::reference) fn new(faults: BTreeSet<Fault>) -> Self {
        Self(faults)
    }

    pub(in crate::reference) fn change_settings(&self, settings: &mut Settings) {
        for fault in &self.0 {
            match fault.hook() {
                Hook::Settings(change) => change(settings),
                Hook::Without(rule) => {
                    settings.rules_left_out.insert(rule);
                }
                Hook::Lacks(effect) => {
                    settings.effects_left_out.insert(effect);
                }
                Hook::Request(_) | Hook::Response(_) => {}
            }
        }
    }

    pub(in crate::reference) fn before(&self, request: &mut Request) -> Option<Response> {
        self.0.iter().find_map(|fault| match fault.hook() {
            Hook::Request(change) => change(request),
            _ => None,
        })
    }

    pub(in crate::reference) fn after(&self, request: &Request, response: &mut Response) {
        for fault in &self.0 {
            if let Hook::Response(change) = fault.hook() {
                change(request, response);
            }
        }
    }
}
