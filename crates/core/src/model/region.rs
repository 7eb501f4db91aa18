//! The AWS region of an environment.

use super::field::{FieldShape, FieldType};
use super::field_reader::{FieldReader, FieldValue};
use super::partition::{is_possible_region, regions};
use super::text_list::{Quotes, text};
use crate::quote::quoted;
use crate::rule::rule;
use crate::suggest::Suggestion;
use crate::syntax::Node;

rule! {
    /// AWS has no region with this name.
    ///
    /// The name is the code of a region, such as `us-east-1`. It is not the name of a place or an
    /// availability zone. A code that matches the pattern of a partition in the AWS SDK, such as
    /// `us-east-9`, is only a warning, because AWS may have added the region.
    pub static UNKNOWN_REGION: Error {
        fix: "Use the code of a region.",
        bad: Environment(
            "name: staging\norg_name: acme\nproviders:\n  aws:\n    region: US East\n    \
             account_id: 123456789012\n"
        ),
        good: Environment("name: staging\norg_name: acme\nproviders:\n  aws:\n    \
             region: us-east-1\n    account_id: 123456789012\n"),
    }
}

rule! {
    /// Optakit does not know this region. AWS may have added it after this version of Optakit.
    ///
    /// The name matches the pattern of a partition in the AWS SDK: an area such as `us` or `eu`, a
    /// direction and a number. A name that does not match is an error.
    pub static NEW_REGION: Warning {
        fix: "Check the name of the region, or use a newer version of Optakit.",
        bad: Environment("name: staging\norg_name: acme\nproviders:\n  aws:\n    \
             region: eu-west-9\n    account_id: 123456789012\n"),
        good: Environment("name: staging\norg_name: acme\nproviders:\n  aws:\n    \
             region: eu-west-1\n    account_id: 123456789012\n"),
    }
}

/// The code of an AWS region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region(pub String);

impl FieldValue for Region {
    const KIND: FieldType = FieldType::Text;

    fn read(node: &Node, _field: &FieldShape, reader: &mut FieldReader<'_>) -> Option<Self> {
        let text = text(node, Quotes::Reference, reader, "text")?;
        let name = text.as_str();
        if !regions().any(|region| region == name) {
            let rule = if is_possible_region(name) { &NEW_REGION } else { &UNKNOWN_REGION };
            let message = format!("{} is not a known AWS region", quoted(name));
            let diagnostic = reader.fault(rule, node.span, message);
            let zone = name.trim_end_matches(|c: char| c.is_ascii_lowercase());
            let suggestion = match regions().find(|region| *region == zone) {
                Some(region) => Suggestion::of(region),
                None => {
                    let help = || "write the code of a region, such as `us-east-1`".to_owned();
                    Suggestion::new(name, regions(), help)
                }
            };
            reader.push(suggestion.change(diagnostic));
        }
        Some(Self(name.to_owned()))
    }
}
