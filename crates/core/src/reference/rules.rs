//! The pages of the rules.

use crate::check::RULE_FAMILIES;
use crate::rule::{Example, Rule};

/// Returns the index of all rules, as Markdown.
#[must_use]
pub fn rules_page() -> String {
    let mut page = "# Rules\n\n\
        Each diagnostic names a rule. `optakit explain RULE` prints the page of the rule in the \
        terminal.\n"
        .to_owned();
    for family in RULE_FAMILIES {
        page.push_str(&format!(
            "\n## {}\n\n| Rule | Severity | Problem |\n|---|---|---|\n",
            family.title
        ));
        for rule in family.rules {
            page.push_str(&format!(
                "| [`{id}`](rules/{id}.md) | {} | {} |\n",
                rule.severity.as_str(),
                rule.summary(),
                id = rule.id
            ));
        }
    }
    page
}

/// Returns the page of a rule, as Markdown.
#[must_use]
pub fn rule_page(rule: &Rule) -> String {
    format!(
        "# {}\n\nSeverity: {}\n\n{}\n\n## How to fix it\n\n{}\n\n## Example\n\n\
         This file breaks the rule:\n\n{}\nThis file follows the rule:\n\n{}",
        rule.id,
        rule.severity.as_str(),
        rule.text(),
        rule.fix,
        fenced(rule.bad),
        fenced(rule.good)
    )
}

/// Returns the documentation of a rule for a terminal.
pub(super) fn rule_text(rule: &Rule) -> String {
    format!(
        "{} ({})\n\n{}\n\nHow to fix it:\n{}\n\nBad:\n{}\nGood:\n{}\n{}\n",
        rule.id,
        rule.severity.as_str(),
        rule.text(),
        rule.fix,
        indented(rule.bad),
        indented(rule.good),
        rule.url()
    )
}

fn text(example: Example) -> &'static str {
    let (Example::Module(text) | Example::File(text) | Example::Environment(text)) = example;
    text
}

fn fenced(example: Example) -> String {
    format!("```yaml\n{}\n```\n", text(example).trim_end())
}

fn indented(example: Example) -> String {
    text(example).lines().map(|line| format!("    {line}\n")).collect()
}
