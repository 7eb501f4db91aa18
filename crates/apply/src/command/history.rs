//! `optakit history`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::connect::with_service;
use crate::applyset::ApplySet;
use crate::cli::{HistoryArgs, ListFormat};
use crate::history::{self, Before, Current, Revision};
use crate::lock;
use crate::outcome::Outcome;
use crate::plural::plural;
use crate::report::Report;
use crate::session::{Access, AwsUse, Session};
use crate::table::table;

/// The number of characters of a hash in a line.
const SHORT: usize = 12;

/// Lists the revisions of a service, newest first.
///
/// # Errors
///
/// Fails if the cluster cannot be reached, or the namespace does not exist.
pub(crate) fn run(arguments: &HistoryArgs, report: &Report) -> anyhow::Result<Outcome> {
    with_service(&arguments.service, AwsUse::Skip, Access::Read, report, async |session| {
        let (client, layer) = (&session.client, session.layer());
        let lock = async || lock::state(client, layer).await;
        let (revisions, set) =
            tokio::join!(history::list_settled(client, layer, lock), ApplySet::read(client, layer));
        let revisions = revisions?;
        let current = Current::find(client, layer, &set?, &revisions).await?;
        let runs = current.applied.as_ref().map(|applied| applied.number);
        match arguments.output {
            ListFormat::Text => report.result(&text(&revisions, runs, SHORT)),
            ListFormat::Wide => report.result(&text(&revisions, runs, usize::MAX)),
            ListFormat::Json => report.json(&json(&session, &revisions, runs)),
            ListFormat::Yaml => report.yaml(&json(&session, &revisions, runs)),
            ListFormat::Name => {
                let number = |revision: &Revision| format!("{}\n", revision.number);
                report.result(&revisions.iter().map(number).collect::<String>());
            }
        }
        if let Some(reason) = current.unknown() {
            report.warning(reason);
        }
        Ok(Outcome::Succeeded)
    })
}

/// Returns one row per revision. `runs` is the revision that was applied last. Hashes have at most
/// `length` characters.
fn text(revisions: &[Revision], runs: Option<u32>, length: usize) -> String {
    let header =
        ["REVISION", "STATUS", "RECORDED", "IMAGE", "AUTHOR", "COMMIT", "BUNDLE", "REMARKS"];
    let row = |revision: &Revision| {
        let Revision { number, status, recorded, digest, .. } = revision;
        let digest = digest.trim_start_matches("sha256:").chars().take(length).collect();
        vec![
            number.to_string(),
            status.to_string(),
            recorded.clone(),
            image(revision),
            author(revision).to_owned(),
            commit(revision, length),
            digest,
            remarks(revision, runs),
        ]
    };
    table(&header, revisions.iter().map(row).collect())
}

/// Returns the image of a revision. With several images, returns their number.
fn image(revision: &Revision) -> String {
    let images: BTreeSet<&String> = revision.facts.images.values().collect();
    match (images.first(), images.len()) {
        (None, _) => "-".to_owned(),
        (Some(image), 1) => (*image).clone(),
        (Some(_), number) => plural(number, "image"),
    }
}

fn author(revision: &Revision) -> &str {
    revision.facts.author.as_deref().unwrap_or("-")
}

fn commit(revision: &Revision, length: usize) -> String {
    let commit = revision.facts.commit.as_ref();
    commit.map_or_else(|| "-".to_owned(), |commit| commit.sha.chars().take(length).collect())
}

/// Returns what is special about a revision.
fn remarks(revision: &Revision, runs: Option<u32>) -> String {
    let runs = (runs == Some(revision.number)).then(|| "current".to_owned());
    let restores = revision.restores.map(|number| format!("rollback to revision {number}"));
    let cause = revision.facts.cause.clone();
    [runs, restores, cause].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn json(session: &Session, revisions: &[Revision], runs: Option<u32>) -> String {
    let history = json!({
        "layer": session.layer(),
        "cluster": session.cluster,
        "revisions": revisions.iter().map(|revision| of(revision, runs)).collect::<Vec<_>>(),
    });
    format!("{history:#}\n")
}

fn of(revision: &Revision, runs: Option<u32>) -> Value {
    let Revision { number, status, digest, recorded, before, restores, facts, .. } = revision;
    let before = match before {
        Before::Revision(before) => Some(before),
        Before::Nothing | Before::Unknown => None,
    };
    let images: BTreeSet<&String> = facts.images.values().collect();
    json!({
        "number": number,
        "status": status.word(),
        "current": runs == Some(*number),
        "recorded": recorded,
        "digest": digest,
        "image": images.first().filter(|_| images.len() == 1),
        "images": facts.images,
        "author": facts.author,
        "commit": facts.commit.as_ref().map(|commit| &commit.sha),
        "dirty": facts.commit.as_ref().map(|commit| commit.is_dirty),
        "cause": facts.cause,
        "before": before,
        "restores": restores,
    })
}
