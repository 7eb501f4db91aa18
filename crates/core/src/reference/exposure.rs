//! The page that compares the exposures.

use crate::check::exposure::{FIDELITY, Support};

/// Returns the table of the features that each exposure supports, as Markdown.
#[must_use]
pub fn exposure_page() -> String {
    let mut page = "# Exposures\n\n\
        The exposure `nginx` is the default and supports everything that Opta supported. This \
        table lists what the exposures `gateway` (Gateway API) and `alb` (AWS Load Balancer \
        Controller) support. Optakit reports a warning at the field if the selected exposure \
        differs.\n\n\
        | Feature | Field | `gateway` | `alb` |\n|---|---|---|---|\n"
        .to_owned();
    for row in FIDELITY {
        page.push_str(&format!(
            "| {} | `{}` | {} | {} |\n",
            row.feature,
            row.field,
            cell(row.gateway),
            cell(row.alb)
        ));
    }
    page
}

fn cell(support: Support) -> String {
    match support {
        Support::Same => "supported".to_owned(),
        Support::Differs(difference) => format!("differs: {difference}"),
        Support::Missing(reason) => format!("not supported: {reason}"),
    }
}
