//! Documentation that follows from the declarations: the generated pages, the text of hover and
//! the output of `optakit explain`.

mod explain;
mod exposure;
mod fields;
mod rules;
mod topics;

pub use explain::explain;
pub use exposure::exposure_page;
pub use fields::{field_text, fields_page};
pub use rules::{rule_page, rules_page};
pub use topics::topics;
