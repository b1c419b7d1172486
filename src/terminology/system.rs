//! A code system, indexed by code: lookup, hierarchy, properties.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use crate::fhir::{CodeSystem, CodeSystemContent, Concept, HierarchyMeaning};

/// An index over a code system.
#[derive(Debug)]
pub(super) struct System {
    pub definition: Arc<CodeSystem>,
    /// Positions of the concepts by code.
    positions: HashMap<Box<str>, u32>,
    /// Positions by code in lower case; made when a code is first written otherwise.
    folded: OnceLock<HashMap<String, u32>>,
    children: OnceLock<HashMap<Box<str>, Vec<u32>>>,
}

impl System {
    pub(super) fn new(definition: Arc<CodeSystem>) -> Self {
        let mut positions = HashMap::with_capacity(definition.concepts.len());
        for (position, concept) in definition.concepts.iter().enumerate() {
            let code = concept.code.as_str().into();
            positions.entry(code).or_insert(position as u32);
        }
        Self {
            definition,
            positions,
            folded: OnceLock::new(),
            children: OnceLock::new(),
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.definition.content == CodeSystemContent::Complete
    }

    /// Whether a code may be written in another case. Where the system does not say, R4
    /// (`CodeSystem.caseSensitive`) wants codes accepted in any case.
    pub(super) fn folds_case(&self) -> bool {
        self.definition.case_sensitive != Some(true)
    }

    /// The concept of a code; an exact match before one in another case.
    pub(super) fn concept(&self, code: &str) -> Option<&Concept> {
        let position = self.positions.get(code).copied();
        let position = position.or_else(|| self.folded_position(code))?;
        self.definition.concepts.get(position as usize)
    }

    fn folded_position(&self, code: &str) -> Option<u32> {
        if !self.folds_case() {
            return None;
        }
        let folded = self.folded.get_or_init(|| {
            let codes = self.positions.iter();
            codes
                .map(|(code, position)| (code.to_lowercase(), *position))
                .collect()
        });
        folded.get(&code.to_lowercase()).copied()
    }

    /// Whether nesting says anything about subsumption.
    pub(super) fn has_subsumption(&self) -> bool {
        matches!(
            self.definition.hierarchy_meaning,
            None | Some(HierarchyMeaning::IsA)
        )
    }

    /// The code and all codes below it; empty if it is no code of the system.
    pub(super) fn with_descendants(&self, code: &str) -> HashSet<&str> {
        let children = self.children.get_or_init(|| self.make_children());
        self.reach(code, |concept| {
            let below = children.get(concept.code.as_str());
            let positions = below.into_iter().flatten();
            positions
                .filter_map(|&at| self.definition.concepts.get(at as usize))
                .collect()
        })
    }

    /// The code and all codes above it; empty if it is no code of the system.
    pub(super) fn with_ancestors(&self, code: &str) -> HashSet<&str> {
        self.reach(code, |concept| {
            concept
                .parents
                .iter()
                .filter_map(|parent| self.concept(parent))
                .collect()
        })
    }

    /// All that can be reached from a code; a circle in the hierarchy ends.
    fn reach<'s>(
        &'s self,
        code: &str,
        next: impl Fn(&'s Concept) -> Vec<&'s Concept>,
    ) -> HashSet<&'s str> {
        let mut found = HashSet::new();
        let mut open: Vec<&Concept> = self.concept(code).into_iter().collect();
        while let Some(concept) = open.pop() {
            if found.insert(concept.code.as_str()) {
                open.extend(next(concept));
            }
        }
        found
    }

    fn make_children(&self) -> HashMap<Box<str>, Vec<u32>> {
        let mut children: HashMap<Box<str>, Vec<u32>> = HashMap::new();
        for (position, concept) in self.definition.concepts.iter().enumerate() {
            for parent in &concept.parents {
                let children = children.entry(parent.as_str().into()).or_default();
                children.push(position as u32);
            }
        }
        children
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use super::System;
    use crate::fhir::CodeSystem;

    pub(in crate::terminology) fn system(json: &str) -> System {
        let document = crate::json::read(json).expect("valid JSON");
        let definition = CodeSystem::from_node(&document.root).expect("a code system");
        System::new(Arc::new(definition))
    }

    #[test]
    fn a_circle_in_the_hierarchy_ends() {
        let system = system(
            r#"{"resourceType":"CodeSystem","url":"http://s","content":"complete","concept":[
            {"code":"a","property":[{"code":"parent","valueCode":"b"}]},
            {"code":"b","property":[{"code":"parent","valueCode":"a"}]},{"code":"c"}]}"#,
        );
        assert_eq!(system.with_descendants("a").len(), 2);
        assert_eq!(system.with_ancestors("a").len(), 2);
        assert!(system.with_descendants("x").is_empty());
    }

    #[test]
    fn case_matters_only_where_the_system_says_so() {
        let of = |case: &str| {
            system(&format!(
                r#"{{"resourceType":"CodeSystem","url":"http://s","content":"complete"{case},
                    "concept":[{{"code":"m","display":"metre"}},{{"code":"M"}},{{"code":"Abc"}}]}}"#
            ))
        };
        assert!(of(r#","caseSensitive":true"#).concept("abc").is_none());
        assert!(of(r#","caseSensitive":false"#).concept("aBC").is_some());
        let unsaid = of("");
        assert!(unsaid.concept("abc").is_some());
        let metre = unsaid
            .concept("m")
            .and_then(|concept| concept.display.as_deref());
        assert_eq!(metre, Some("metre"), "the exact code is found first");
    }
}
